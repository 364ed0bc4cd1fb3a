import { randomUUID } from 'node:crypto';
import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import { Controller, Inject, UseFilters } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { API_VERSION } from '../../../core/api.js';
import { APP_CONFIG, type AppConfig } from '../../../core/app-config.js';
import { Cancellation, clientGone } from '../../../core/cancellation.js';
import type { TensornestError } from '../../../core/errors.js';
import { REQUEST_TRACER, type RequestTracer } from '../../../core/ports/request-tracer.js';
import { currentCaller, currentTrace, inRequest } from '../../../core/request-scope.js';
import { toTensornestError } from '../../../http/to-tensornest-error.js';
import { FailedRequests } from '../../failed-requests.js';
import { REQUEST_ID_HEADER } from '../../../http/request-context.js';
import { InferSource } from '../open-inference/infer-source.js';
import { OpenInferenceService } from '../open-inference/open-inference.service.js';
import { readGrpcRequest, writeGrpcResponse } from './grpc-codec.js';
import { GrpcErrorFilter } from './grpc-errors.js';
import type { GrpcInferRequest, GrpcInferResponse } from './grpc-messages.js';

const SERVICE = 'GRPCInferenceService';
const SERVICE_PATH = `inference.${SERVICE}`;

interface NamedModel {
  readonly name: string;
  readonly version: string;
}

/** The Open Inference Protocol over gRPC. */
@UseFilters(GrpcErrorFilter)
@Controller()
export class GrpcController {
  private readonly alwaysRaw: boolean;

  constructor(
    private readonly protocol: OpenInferenceService,
    private readonly failures: FailedRequests,
    @Inject(REQUEST_TRACER) private readonly tracer: RequestTracer | null,
    @Inject(APP_CONFIG) { grpc }: AppConfig,
  ) {
    this.alwaysRaw = grpc.alwaysRaw;
  }

  @GrpcMethod(SERVICE, 'ServerLive')
  live(): object {
    return { live: true };
  }

  @GrpcMethod(SERVICE, 'ServerReady')
  async ready(): Promise<object> {
    return { ready: await this.protocol.ready() };
  }

  @GrpcMethod(SERVICE, 'ServerMetadata')
  server(): object {
    return this.protocol.server(API_VERSION);
  }

  @GrpcMethod(SERVICE, 'ModelReady')
  async modelReady(ref: NamedModel): Promise<object> {
    return { ready: await this.protocol.modelReady(refOf(ref)) };
  }

  @GrpcMethod(SERVICE, 'ModelMetadata')
  metadata(ref: NamedModel): object {
    return this.protocol.metadata(refOf(ref));
  }

  @GrpcMethod(SERVICE, 'ModelConfig')
  config(ref: NamedModel): object {
    return { config: this.protocol.modelConfig(refOf(ref)) };
  }

  @GrpcMethod(SERVICE, 'ModelStatistics')
  statistics(ref: NamedModel): object {
    return { model_stats: this.protocol.statistics(refOf(ref)) };
  }

  @GrpcMethod(SERVICE, 'ModelInfer')
  infer(
    message: GrpcInferRequest,
    metadata: Metadata,
    call: ServerUnaryCall<unknown, unknown>,
  ): Promise<GrpcInferResponse> {
    const sent = textOf(metadata, REQUEST_ID_HEADER);
    const requestId = sent !== undefined && /^[\w.:/+=@-]{1,128}$/.test(sent) ? sent : randomUUID();
    const trace = this.tracer?.rpc(`${SERVICE_PATH}/ModelInfer`, {
      traceparent: textOf(metadata, 'traceparent'),
      tracestate: textOf(metadata, 'tracestate'),
    });
    const scope = { requestId, trace, caller: currentCaller() };
    return inRequest(scope, () => this.answer(message, metadata, call, requestId));
  }

  @GrpcMethod(SERVICE, 'RepositoryIndex')
  index({ ready }: { ready: boolean }): object {
    return { models: this.protocol.repositoryIndex(ready) };
  }

  @GrpcMethod(SERVICE, 'RepositoryModelLoad')
  async load({ model_name: name }: { model_name: string }): Promise<object> {
    await this.protocol.load(name);
    return {};
  }

  @GrpcMethod(SERVICE, 'RepositoryModelUnload')
  async unload({ model_name: name }: { model_name: string }): Promise<object> {
    await this.protocol.unload(name);
    return {};
  }

  private async answer(
    message: GrpcInferRequest,
    metadata: Metadata,
    call: ServerUnaryCall<unknown, unknown>,
    requestId: string,
  ): Promise<GrpcInferResponse> {
    const ref = { model: message.model_name, version: message.model_version };
    const cancellation = cancellationOf(call);
    let failure: TensornestError | undefined;
    try {
      const source = new InferSource(readGrpcRequest(message));
      const caller = { requestId, header: (name: string) => textOf(metadata, name), cancellation };
      const raw = this.alwaysRaw || message.raw_input_contents.length > 0;
      return await this.protocol.infer(ref, source, caller, (inference, outputs) =>
        writeGrpcResponse(inference, message.id === '' ? requestId : message.id, outputs, raw),
      );
    } catch (thrown) {
      failure = toTensornestError(thrown);
      this.failures.refused(failure, ref, requestId, performance.now() - cancellation.since);
      throw failure;
    } finally {
      const trace = currentTrace();
      if (trace !== undefined) this.tracer?.endRpc(trace, failure?.code);
    }
  }
}

function refOf({ name, version }: NamedModel): { model: string; version: string } {
  return { model: name, version };
}

/** Metadata under this name; what is binary is no header. */
function textOf(metadata: Metadata, name: string): string | undefined {
  const [value] = name.endsWith('-bin') ? [] : metadata.get(name);
  return typeof value === 'string' ? value : undefined;
}

/** What the client says of its patience. The server cancels a call whose deadline has passed as one that was given up. */
function cancellationOf(call: ServerUnaryCall<unknown, unknown>): Cancellation {
  const cancellation = new Cancellation();
  // A point in wall-clock time, or Infinity.
  const deadline = Number(call.getDeadline());
  if (Number.isFinite(deadline)) cancellation.within(deadline - Date.now());
  const end = () => {
    if (!cancellation.isOver()) cancellation.cancel(clientGone());
  };
  if (call.cancelled) end();
  else call.on('cancelled', end);
  return cancellation;
}
