import { join } from 'node:path';
import type { Server } from '@grpc/grpc-js';
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

/** How Nest serves them. Messages may be as large as bodies over HTTP. `opened` is given the server, to end it in a hurry. */
export function grpcOptions({ http }: AppConfig, port: number, opened: (server: Server) => void): GrpcOptions {
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
      onLoadPackageDefinition: (_package: unknown, server: Server) => {
        opened(server);
      },
    },
  };
}
