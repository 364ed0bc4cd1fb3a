import { hostname } from 'node:os';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { pino } from 'pino';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { thousandths } from '../core/decimals.js';
import type { TraceContext } from '../core/request-scope.js';
import { LOG_SINK, type LineSink } from '../core/ports/line-sink.js';
import { LineBuffer } from './line-buffer.js';

/** One finished request. */
export interface AccessEntry {
  readonly requestId: string;
  /** Who asked, where keys are required. */
  readonly clientId: string | undefined;
  readonly method: string;
  /** Without the query, which may hold what nobody wants in a log. */
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly trace?: TraceContext | undefined;
}

/**
 * One line per request, in pino's format and beside its lines. Put together by hand and gathered: through the
 * logger, a line costs as much as a small prediction.
 */
@Injectable()
export class AccessLog implements OnApplicationShutdown {
  private readonly writer: LineBuffer | undefined;
  private readonly opening = `{"level":${pino.levels.values.info},"time":`;
  private readonly identity = `,"pid":${process.pid},"hostname":${JSON.stringify(hostname())},"requestId":`;

  constructor(@Inject(APP_CONFIG) { log }: AppConfig, @Inject(LOG_SINK) sink: LineSink) {
    const wanted = log.level === 'info' || log.level === 'debug' || log.level === 'trace';
    if (wanted) this.writer = new LineBuffer(sink);
  }

  write({ requestId, clientId, method, path, status, durationMs, trace }: AccessEntry): void {
    if (this.writer === undefined) return;
    const client = clientId === undefined ? '' : `,"clientId":${JSON.stringify(clientId)}`;
    const request = `"method":"${method}","path":${JSON.stringify(path)},"status":${status},"durationMs":${thousandths(durationMs)}`;
    const about = trace === undefined ? `"${requestId}"` : `"${requestId}","traceId":"${trace.traceId}"`;
    this.writer.write(`${this.opening}${Date.now()}${this.identity}${about}${client},${request},"msg":"request"}\n`);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writer?.flush();
  }
}
