/** Where lines of text end up: a file, standard output, another process. */
export interface LineSink {
  /**
   * Takes over whole lines in UTF-8, each with its line feed. Must neither throw nor block. Calls `release` when it needs
   * the bytes no more; a sink that never does costs memory and nothing else.
   */
  write(lines: Uint8Array, release?: () => void): void;
  /** Resolves when everything written so far is where it belongs. */
  flush(): Promise<void>;
  /** Lines that could not be written, so far; undefined where another process writes them, or nobody can tell. */
  readonly lost?: Losses;
  /** Why lines cannot be written at this moment; undefined where they can, or nobody can tell. */
  readonly fault?: string | undefined;
  /** Why copies of the lines cannot be sent at this moment; nothing depends on them. */
  readonly sinkFault?: string | undefined;
}

/** Why lines are lost: those of the log, and the copies that are sent. */
export const LOSS_REASONS = ['write-failed', 'buffer-full', 'sink-full', 'sink-refused'] as const;

/** Lines that were lost, by the reason. */
export type Losses = Readonly<Partial<Record<(typeof LOSS_REASONS)[number], number>>>;

/** The question to whoever writes the audit log how many of its lines were lost. */
export const AUDIT_LOST = 'audit-lost';

/** Where audit lines go; null when the audit log is off. */
export const AUDIT_SINK = Symbol('AUDIT_SINK');
/** Where log lines go. */
export const LOG_SINK = Symbol('LOG_SINK');
