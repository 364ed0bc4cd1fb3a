/** The part of a logger that this takes. */
interface FaultLogger {
  error(message: string): void;
  warn(message: string): void;
  info(message: string): void;
}

/** Who wants to know how the audit log and its receiver are. A fault is undefined when it is over. */
export interface AuditWatcher {
  readonly log: (fault: string | undefined) => void;
  readonly sink: (fault: string | undefined) => void;
  /** So many events were not sent before the end. */
  readonly unsent: (events: number) => void;
}

const LINE_EVERY_MS = 60_000;

/** Says in the log what the audit log lacks, once a minute at most: a disk that is full fails at every line. */
export function tellAuditFaults(logger: FaultLogger): AuditWatcher {
  return {
    log: seldom(
      (fault) => {
        logger.error(`The audit log cannot be written: ${fault}.`);
      },
      () => {
        logger.info('The audit log is written again.');
      },
    ),
    sink: seldom(
      (fault) => {
        logger.warn(`Audit events cannot be sent: ${fault}. Predictions go on.`);
      },
      () => {
        logger.info('Audit events are sent again.');
      },
    ),
    unsent: (events) => {
      logger.warn(`${events} audit events were not sent before the end.`);
    },
  };
}

function seldom(begun: (fault: string) => void, over: () => void): (fault: string | undefined) => void {
  let last = -Infinity;
  return (fault) => {
    if (fault === undefined) {
      over();
      return;
    }
    const now = performance.now();
    if (now - last < LINE_EVERY_MS) return;
    last = now;
    begun(fault);
  };
}
