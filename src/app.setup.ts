import type { INestApplicationContext } from '@nestjs/common';
import { loadPackage } from '@nestjs/common/internal';
import { NestFactoryStatic } from '@nestjs/core/nest-factory.js';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger, LoggerModule } from 'nestjs-pino';
import { accessGate } from './access/access.gate.js';
import { Authenticator } from './access/authenticator.js';
import { Quotas } from './access/quotas.service.js';
import { AppModule } from './app.module.js';
import type { AppConfig } from './core/app-config.js';
import { PREDICTION_ID_HEADER } from './core/prediction-id.js';
import { beginTrace, openSpans } from './observability/tracing/open-spans.js';
import type { ProcessGroup } from './core/ports/process-group.js';
import { DrainState } from './health/drain-state.js';
import { GroupHealth } from './health/group.health.js';
import { anyBody, jsonBody } from './http/json-body.js';
import { LeanExpressAdapter } from './http/lean-express.adapter.js';
import { ManagementServer, separatePorts } from './http/management.js';
import { pageHeaders } from './http/page-headers.js';
import { ParserErrors } from './http/parser-errors.js';
import { REQUEST_ID_HEADER, requestContext, type RequestWitness } from './http/request-context.js';
import { refusalOf } from './http/request-rules.js';
import { ModelRepository } from './model/model-repository.js';
import { ModelWatcher } from './model/model-watcher.js';
import { AccessLog } from './observability/access-log.js';
import { logSink } from './observability/destinations.js';
import { loggerParams } from './observability/logging.js';
import { HttpMetrics } from './observability/metrics/http.metrics.js';
import { OpenApiService } from './openapi/openapi.service.js';
import { FailedRequests } from './prediction/failed-requests.js';
import { PROTOCOLS } from './prediction/protocols/index.js';

/** What scripts of other origins may read beside the body. */
const READABLE_HEADERS = [
  REQUEST_ID_HEADER,
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'server-timing',
  PREDICTION_ID_HEADER,
];

/** What Nest finds in place of its microservices where nobody asked for one: to load them, gRPC and all, takes 50 ms and 7 MB. */
const NO_MICROSERVICES = { register: () => undefined, setupClients: () => undefined, close: () => undefined };

export interface RunningApp {
  readonly app: NestExpressApplication;
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Settles when the first load of the models has come to its end. */
  readonly loaded: Promise<void>;
}

/** Of its own, since Nest's shared one remembers the options of the last application, which may be a guest's. */
const nest = () => new NestFactoryStatic();

/**
 * Builds the service. `main.ts` and every end-to-end test come through here, and so does a guest with doors.
 *
 * @param guest it runs in another application, whose logger and signals are not its own.
 */
export async function createApp(
  config: AppConfig,
  group: ProcessGroup | null,
  guest = false,
): Promise<NestExpressApplication> {
  const adapter = new LeanExpressAdapter(config.edge);
  // NOTE: not imported above, so that a service without these doors does without their libraries.
  const grpc =
    config.grpc.port === null ? undefined : await import('./prediction/protocols/open-inference-grpc/grpc.module.js');
  const doors = grpc === undefined ? [] : [grpc.GrpcModule];
  const spans = await openSpans(config);
  const log = logSink(config);
  const extras = [LoggerModule.forRoot(loggerParams(config, log)), ...doors];
  const app = await nest().create<NestExpressApplication>(
    guest ? AppModule.forRoot(config) : AppModule.forRoot(config, { group, log, spans, extras }),
    adapter,
    // Flushed below: what cannot be built is told by whoever asked for it, once and without a stack.
    { bufferLogs: !guest, autoFlushLogs: false, bodyParser: false, abortOnError: false },
  );
  if (!guest) {
    app.useLogger(app.get(Logger));
    app.flushLogs();
  }
  app.get(ParserErrors).answerFor(app.getHttpServer(), adapter.messages);
  const accessLog = app.get(AccessLog);
  const httpMetrics = app.get(HttpMetrics);
  const failedRequests = app.get(FailedRequests);
  const witness: RequestWitness = {
    began: (request) => {
      httpMetrics.began(request.method ?? '');
      return spans === null ? undefined : beginTrace(spans, request);
    },
    ended: (request) => {
      accessLog.write(request);
      httpMetrics.ended(request);
      failedRequests.ended(request, PROTOCOLS);
      if (request.trace !== undefined) spans?.endHttp(request.trace, { ...request, failure: request.failure?.code });
    },
  };
  const rules = { bodyLimit: config.http.bodyLimit, uploads: config.admin };
  app.use(requestContext(witness, (request) => refusalOf(request, rules)));
  const { managementPort, proxyHops } = config.access;
  app.set('trust proxy', proxyHops);
  if (managementPort !== null) app.use(separatePorts(managementPort));
  app.use(pageHeaders());
  if (config.http.corsOrigins.length > 0) {
    app.enableCors({ origin: [...config.http.corsOrigins], exposedHeaders: READABLE_HEADERS });
  }
  const authenticator = app.get(Authenticator);
  if (authenticator.watches) app.use(accessGate(authenticator, app.get(Quotas), managementPort));
  for (const { prefix, anyContentType } of PROTOCOLS) {
    app.use(prefix, (anyContentType ? anyBody : jsonBody)(config.http.bodyLimit));
  }
  app.get(OpenApiService).describe(app);
  if (grpc !== undefined) {
    const options = grpc.grpcOptions(config, config.grpc.port!, {
      gate: (await import('./access/grpc.gate.js')).grpcGate(authenticator, app.get(Quotas), (method, id, error) => {
        if (method === 'ModelInfer') failedRequests.unread(error, id);
      }),
      opened: (server) => {
        app.get(DrainState).whenTooLate(() => {
          server.forceShutdown();
        });
      },
    });
    // NOTE: Nest looks for it in what was loaded before, which is nothing where bundle.ts has had its way.
    await loadPackage('@nestjs/microservices', 'NestFactory', () => import('@nestjs/microservices'));
    app.connectMicroservice(options);
  } else {
    // NOTE: defined, since Nest's proxy lets nothing be set.
    Object.defineProperty(app, 'microservicesModule', { value: NO_MICROSERVICES });
  }
  return app;
}

/** Builds a guest without doors: everything but HTTP. */
export function createContext(config: AppConfig): Promise<INestApplicationContext> {
  return nest().createApplicationContext(AppModule.forRoot(config), { autoFlushLogs: false, abortOnError: false });
}

/** Loads the models, and begins to watch for changes. Resolves when the first load has come to its end, well or badly. */
export async function loadModels(app: INestApplicationContext): Promise<void> {
  await app.get(ModelRepository).start();
  await app.get(GroupHealth).report();
  await app.get(ModelWatcher).start();
}

/**
 * Listens first and loads the models then, so that the probes can tell the truth from the first second. A process that joins
 * a group in service loads first: as soon as it listens it gets its share of the requests.
 *
 * @param created told of the application before it begins.
 */
export async function startApp(
  config: AppConfig,
  group: ProcessGroup | null = null,
  created: (app: NestExpressApplication) => void = () => undefined,
): Promise<RunningApp> {
  const app = await createApp(config, group);
  created(app);
  const early = group?.replaces ?? false;
  if (early) await loadModels(app);
  if (config.grpc.port !== null) await app.startAllMicroservices();
  await app.listen(config.http.port, config.http.host);
  await app.get(ManagementServer).listen(app);
  return { app, url: await app.getUrl(), loaded: early ? Promise.resolve() : loadModels(app) };
}
