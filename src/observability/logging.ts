import type { Params } from 'nestjs-pino';
import { type LoggerOptions, pino } from 'pino';
import type { AppConfig } from '../core/app-config.js';
import type { LineSink } from '../core/ports/line-sink.js';
import { currentRequestId, currentTrace } from '../core/request-scope.js';
import { textStream } from './destinations.js';

/** Nest's own start-up chatter: a line for every module and every route. */
const CHATTER = new Set<unknown>(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

/** nestjs-pino's parameters: JSON for machines, colours for people, the request id on every line. */
export function loggerParams({ log }: AppConfig, sink: LineSink): Params {
  const options: LoggerOptions = {
    level: log.level,
    mixin: () => {
      const requestId = currentRequestId();
      if (requestId === undefined) return {};
      const trace = currentTrace();
      return trace === undefined ? { requestId } : { requestId, traceId: trace.traceId };
    },
    hooks: {
      logMethod(entry, write) {
        const [fields] = entry as unknown as [{ context?: string } | string | undefined];
        if (typeof fields !== 'object' || !CHATTER.has(fields.context)) write.apply(this, entry);
      },
    },
  };
  return {
    pinoHttp: { logger: pino(options, textStream(sink)) },
    // NOTE: the request line is ours (see access-log.ts): pino-http's costs a hot route 15 to 50 % of its throughput.
    forRoutes: [],
  };
}
