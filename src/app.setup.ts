import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger, PinoLogger } from 'nestjs-pino';
import { AppModule } from './app.module.js';
import type { AppConfig } from './core/app-config.js';
import { API_PREFIX } from './core/api.js';
import { jsonBody } from './http/json-body.js';
import { requestContext } from './http/request-context.js';
import { ModelLifecycle } from './model/model-lifecycle.js';
import { setupDocs } from './openapi/setup-docs.js';

export interface RunningApp {
  readonly app: NestExpressApplication;
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Settles when the first load of the models has come to its end. */
  readonly loaded: Promise<void>;
}

/** Builds the service. `main.ts` and every end-to-end test come through here. */
export async function createApp(config: AppConfig): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(config), {
    bufferLogs: true,
    bodyParser: false,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  const accessLog = await app.resolve(PinoLogger);
  app.disable('x-powered-by');
  app.disable('etag');
  // The process ends through process.exit, so that buffered log lines are written first.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  app.use(
    requestContext((entry) => {
      accessLog.info(entry, 'request');
    }),
  );
  if (config.http.corsOrigins.length > 0) app.enableCors({ origin: [...config.http.corsOrigins] });
  app.use(`/${API_PREFIX}`, jsonBody(config.http.bodyLimit));
  setupDocs(app);
  return app;
}

/** Listens first and loads the models then, so that the probes can tell the truth from the first second. */
export async function startApp(config: AppConfig): Promise<RunningApp> {
  const app = await createApp(config);
  await app.listen(config.http.port, config.http.host);
  return { app, url: await app.getUrl(), loaded: app.get(ModelLifecycle).start() };
}
