import { pino } from 'pino';
import pretty from 'pino-pretty';
import type { AppConfig } from '../core/app-config.js';
import type { LineSink } from '../core/ports/line-sink.js';

/** A file or file descriptor, written to without waiting; pino's own writer, which is made for this. */
export function fileSink(dest: string | number): LineSink {
  const stream = pino.destination({ dest, sync: false, mkdir: true, append: true });
  return {
    write: (lines) => void stream.write(lines),
    flush: () => {
      stream.flushSync();
      return Promise.resolve();
    },
  };
}

/** Standard output: JSON lines as they are, or made readable for people. */
export function logSink({ log }: AppConfig): LineSink {
  if (!log.pretty) return fileSink(process.stdout.fd);
  const stream = pretty({ singleLine: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l' });
  return { write: (lines) => void stream.write(lines), flush: () => Promise.resolve() };
}

/** The audit log's destination, or null when it is off. */
export function auditSink({ audit }: AppConfig): LineSink | null {
  switch (audit.kind) {
    case 'off':
      return null;
    case 'stdout':
      return fileSink(process.stdout.fd);
    case 'file':
      return fileSink(audit.path);
  }
}
