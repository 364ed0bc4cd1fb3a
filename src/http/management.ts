import type { IncomingMessage, Server } from 'node:http';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler } from 'express';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { TensornestError } from '../core/errors.js';
import { ParserErrors } from './parser-errors.js';
import type { LeanExpressAdapter } from './lean-express.adapter.js';

/** What operators' machines ask for: probes and metrics. */
const MANAGEMENT = /^\/(health|metrics)(\/|$)/i;

/** Whether the request came to the port that is for operators alone. */
export function isManagement({ socket }: IncomingMessage, port: number | null): boolean {
  return port !== null && socket.localPort === port;
}

/** Keeps what belongs to one port from the other. */
export function separatePorts(managementPort: number): RequestHandler {
  return (request, _response, next) => {
    const fits = MANAGEMENT.test(request.path) === isManagement(request, managementPort);
    if (fits) next();
    else next(new TensornestError('not-found', `There is no ${request.method} ${request.path} at this port.`));
  };
}

/** The same application at a second port. It closes last, so that the probes tell the truth to the end. */
@Injectable()
export class ManagementServer implements OnApplicationShutdown {
  private server: Server | undefined;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly parserErrors: ParserErrors,
  ) {}

  async listen(app: NestExpressApplication): Promise<void> {
    const { http, access } = this.config;
    if (access.managementPort === null) return;
    const adapter = app.getHttpAdapter() as unknown as LeanExpressAdapter;
    const server = adapter.newServer();
    this.parserErrors.answerFor(server, adapter.messages);
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(access.managementPort!, http.host, resolve);
    });
  }

  onApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }
}
