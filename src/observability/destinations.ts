import { type DestinationStream, pino } from 'pino';
import pretty from 'pino-pretty';
import type { AppConfig } from '../core/app-config.js';
import type { LineSink } from '../core/ports/line-sink.js';
import { AuditFile } from './audit/audit-file.js';
import type { AuditWatcher } from './audit/audit-watcher.js';
import { gapLine } from './audit/formats/gap.js';
import { HttpSink } from './audit/http-sink.js';
import { LogAndSink } from './audit/log-and-sink.js';

/** What pino's writer is when it takes bytes, which its typings do not know. */
interface ByteStream {
  write(bytes: Uint8Array): boolean;
  flushSync(): void;
}

/** Standard output, written to without waiting; pino's own writer, which also knows pipes that are full. */
function stdoutSink(): LineSink {
  const dest = process.stdout.fd;
  const stream = pino.destination({ dest, sync: false, contentMode: 'buffer' }) as unknown as ByteStream;
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
  if (!log.pretty) return stdoutSink();
  const stream = pretty({ singleLine: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l' });
  return { write: (lines) => void stream.write(lines), flush: () => Promise.resolve() };
}

/**
 * Where audit lines go, or null when that is nowhere; `shared` is where they go when several processes have one place.
 */
export function auditSink(config: AppConfig, watcher: AuditWatcher, shared?: LineSink): LineSink | null {
  const { audit, auditFailure, auditSink: receiver } = config;
  if (audit.kind === 'off' && receiver === null) return null;
  if (shared !== undefined) return shared;
  const log = auditLog(config, watcher);
  if (receiver === null) return log;
  const { bufferBytes } = auditFailure;
  const sink = new HttpSink({ ...receiver, bufferBytes, changed: watcher.sink, unsent: watcher.unsent });
  return log === null ? sink : new LogAndSink(log, sink);
}

function auditLog({ audit, auditEvents, auditFailure }: AppConfig, watcher: AuditWatcher): LineSink | null {
  switch (audit.kind) {
    case 'off':
      return null;
    case 'stdout':
      return stdoutSink();
    case 'file':
      return new AuditFile(audit.path, {
        ...auditFailure,
        gapLine: () => gapLine(auditEvents),
        changed: watcher.log,
      });
  }
}

/** A sink as a stream for pino, which writes text. */
export function textStream(sink: LineSink): DestinationStream {
  return {
    write: (text) => {
      sink.write(Buffer.from(text));
    },
  };
}
