import { mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { pino } from 'pino';
import pretty from 'pino-pretty';
import type { AppConfig } from '../core/app-config.js';
import type { LineSink } from '../core/ports/line-sink.js';

/** A file or file descriptor, written to without waiting; pino's own writer, which is made for this. */
export function fileSink(file: string | number): LineSink {
  const stream = pino.destination({ dest: typeof file === 'number' ? file : open(file), sync: false });
  return {
    write: (lines) => void stream.write(lines),
    flush: () => {
      stream.flushSync();
      return Promise.resolve();
    },
  };
}

/** Opened at once and not behind the first line: a log that cannot be written stops the start. */
function open(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  return openSync(path, 'a');
}

/** Standard output: JSON lines as they are, or made readable for people. */
export function logSink({ log }: AppConfig): LineSink {
  if (!log.pretty) return fileSink(process.stdout.fd);
  const stream = pretty({ singleLine: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l' });
  return { write: (lines) => void stream.write(lines), flush: () => Promise.resolve() };
}

/** The audit log's destination, or null when it is off; `shared` is where it is when several processes have one. */
export function auditSink({ audit }: AppConfig, shared?: LineSink): LineSink | null {
  if (audit.kind === 'off') return null;
  if (shared !== undefined) return shared;
  switch (audit.kind) {
    case 'stdout':
      return fileSink(process.stdout.fd);
    case 'file':
      return fileSink(audit.path);
  }
}
