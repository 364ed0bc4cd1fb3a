import { type DestinationStream, pino } from 'pino';
import pretty from 'pino-pretty';
import type { AppConfig } from '../core/app-config.js';
import type { LineSink } from '../core/ports/line-sink.js';
import { AuditFile } from './audit/audit-file.js';
import { gapLine } from './audit/formats/gap.js';

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
 * The audit log's destination, or null when it is off; `shared` is where it is when several processes have one. `changed` is
 * told when it begins to fail, and when it is written again.
 */
export function auditSink(
  { audit, auditEvents, auditFailure }: AppConfig,
  shared?: LineSink,
  changed?: (fault: string | undefined) => void,
): LineSink | null {
  if (audit.kind === 'off') return null;
  if (shared !== undefined) return shared;
  switch (audit.kind) {
    case 'stdout':
      return stdoutSink();
    case 'file':
      return new AuditFile(audit.path, {
        ...auditFailure,
        gapLine: () => gapLine(auditEvents),
        ...(changed === undefined ? {} : { changed }),
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
