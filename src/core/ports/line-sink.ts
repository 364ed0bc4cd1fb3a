/** Where lines of text end up: a file, standard output, another process. */
export interface LineSink {
  /** Takes whole lines, each with its line feed. Must neither throw nor block. */
  write(lines: string): void;
  /** Resolves when everything written so far is where it belongs. */
  flush(): Promise<void>;
}

/** Where audit lines go; null when the audit log is off. */
export const AUDIT_SINK = Symbol('AUDIT_SINK');
/** Where log lines go. */
export const LOG_SINK = Symbol('LOG_SINK');
