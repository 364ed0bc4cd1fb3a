import { join } from 'node:path';
import type { Server, ServerInterceptor } from '@grpc/grpc-js';
import { Module } from '@nestjs/common';
import { type GrpcOptions, Transport } from '@nestjs/microservices';
import type { AppConfig } from '../../../core/app-config.js';
import { PredictionModule } from '../../prediction.module.js';
import { GrpcController } from './grpc.controller.js';
import { GrpcHealthController } from './grpc-health.controller.js';

/** The gRPC doors. Imported only where GRPC_PORT is set: their libraries are large. */
@Module({ imports: [PredictionModule], controllers: [GrpcController, GrpcHealthController] })
export class GrpcModule {}

const PROTOS = ['open_inference.proto', 'health.proto'].map((file) => join(import.meta.dirname, file));

/** What others have to do with the server. */
export interface GrpcHooks {
  /** Sees every call before its handler. */
  readonly gate: ServerInterceptor;
  /** Given the server, to end it in a hurry. */
  readonly opened: (server: Server) => void;
}

/** How Nest serves them. Messages may be as large as bodies over HTTP. */
export function grpcOptions({ http }: AppConfig, port: number, { gate, opened }: GrpcHooks): GrpcOptions {
  return {
    transport: Transport.GRPC,
    options: {
      url: `${http.host.includes(':') ? `[${http.host}]` : http.host}:${port}`,
      package: ['inference', 'grpc.health.v1'],
      protoPath: PROTOS,
      loader: {
        keepCase: true,
        longs: String,
        enums: String,
        defaults: true,
        oneofs: true,
        arrays: true,
        objects: true,
      },
      maxReceiveMessageLength: http.bodyLimit,
      gracefulShutdown: true,
      // NOTE: Nest gives all of these to the server, which takes its interceptors from among them.
      channelOptions: { interceptors: [gate] },
      onLoadPackageDefinition: (_package: unknown, server: Server) => {
        opened(server);
      },
    },
  };
}
