/** The part of a logger that this takes. */
interface FaultLogger {
  error(message: string): void;
  info(message: string): void;
}

const LINE_EVERY_MS = 60_000;

/** Says in the log that the audit log fails, once a minute at most: a disk that is full fails at every line. */
export function tellAuditFault(logger: FaultLogger): (fault: string | undefined) => void {
  let last = -Infinity;
  return (fault) => {
    if (fault === undefined) {
      logger.info('The audit log is written again.');
      return;
    }
    const now = performance.now();
    if (now - last < LINE_EVERY_MS) return;
    last = now;
    logger.error(`The audit log cannot be written: ${fault}.`);
  };
}
