import { setTimeout } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { APP_CONFIG, type AppConfig } from './core/app-config.js';
import { reasonOf } from './core/errors.js';
import { LOG_SINK, type LineSink } from './core/ports/line-sink.js';
import { DrainState } from './health/drain-state.js';
import type { LeanExpressAdapter } from './http/lean-express.adapter.js';
import { ModelRegistry } from './model/model-registry.js';
import { HttpMetrics } from './observability/metrics/http.metrics.js';

/** How long what comes after the last request may take, in milliseconds: models, worker threads, audit and log. */
const CLEAN_UP_MS = 5_000;
const LOOK_EVERY_MS = 20;

/**
 * Ends the process so that nobody notices. After SIGTERM the service says that it is not ready and serves on, with
 * `Connection: close`, until every balancer must have seen it; then it takes no more connections, answers what is under way,
 * and closes its models and logs. SIGINT is somebody at a terminal: the same without the wait.
 */
export class Shutdown {
  private readonly logger = new Logger('Shutdown');
  private readonly limits: AppConfig['load'];
  private begun = false;

  constructor(private readonly app: NestExpressApplication) {
    this.limits = app.get<AppConfig>(APP_CONFIG).load;
  }

  listen(): void {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        // Whoever sends it twice is as impatient as before.
        if (this.begun) return;
        this.begun = true;
        void this.run(signal).then(
          (well) => process.exit(well ? 0 : 1),
          () => process.exit(1),
        );
      });
    }
  }

  /** Resolves to whether the service came to a good end. */
  private async run(signal: NodeJS.Signals): Promise<boolean> {
    const drain = this.app.get(DrainState);
    drain.begin();
    (this.app.getHttpAdapter() as unknown as LeanExpressAdapter).draining = true;
    // Nobody was sent here before.
    const unknown = !this.app.get(ModelRegistry).started;
    const seconds = signal === 'SIGTERM' && !unknown ? this.limits.drainSeconds : 0;
    this.logger.log(`${signal}: not ready any more; serving on for ${seconds} s.`);
    await setTimeout(seconds * 1_000);
    drain.close();
    this.logger.log(`No more connections; ${this.underWay()} requests are under way.`);
    const ended = new AbortController();
    const well = await Promise.all([
      this.close().finally(() => {
        ended.abort();
      }),
      this.watch(ended.signal),
    ]);
    this.logger.log('All is closed.');
    await this.app.get<LineSink>(LOG_SINK).flush();
    return well.every(Boolean);
  }

  private async close(): Promise<boolean> {
    try {
      await this.app.close();
      return true;
    } catch (error) {
      this.logger.error(`The service did not end well: ${reasonOf(error)}`);
      return false;
    }
  }

  /** Has connections closed when nothing is under way on them, or when it has taken too long; false if it had to. */
  private async watch(ended: AbortSignal): Promise<boolean> {
    const server = this.app.getHttpServer();
    const deadline = performance.now() + this.limits.shutdownSeconds * 1_000;
    while (performance.now() < deadline) {
      await setTimeout(LOOK_EVERY_MS);
      if (ended.aborted) return true;
      // NOTE: Node itself waits for connections on which no request ever came.
      if (!server.listening && this.underWay() === 0) server.closeAllConnections();
    }
    this.logger.warn(
      `Cut off what was under way after ${this.limits.shutdownSeconds} s: ${this.underWay()} requests over HTTP.`,
    );
    server.closeAllConnections();
    this.app.get(DrainState).cutOff();
    await setTimeout(CLEAN_UP_MS, undefined, { signal: ended }).catch(() => undefined);
    if (!ended.aborted) {
      this.logger.error('Models, worker threads or logs could not be closed in time.');
      await this.app.get<LineSink>(LOG_SINK).flush();
      process.exit(1);
    }
    return false;
  }

  private underWay(): number {
    return this.app.get(HttpMetrics).activeRequests;
  }
}
