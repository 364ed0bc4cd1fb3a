import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ARTICLE_ROW } from './test-app.js';

const PROTOS = ['open_inference.proto', 'health.proto'].map((file) =>
  join('src/prediction/protocols/open-inference-grpc', file),
);
const packages = grpc.loadPackageDefinition(
  loadSync(PROTOS, { keepCase: true, longs: String, enums: String, defaults: true }),
) as any;

const CAR = 'car-evaluation';

/** A row of the car model as the Open Inference Protocol's tensors. */
export const CAR_TENSORS = Object.entries(ARTICLE_ROW).map(([name, value]) => ({
  name,
  datatype: 'BYTES',
  shape: [1, 1],
  data: [String(value)],
}));

/** Asks the car model of a service for one row over gRPC. */
export class InferenceClient {
  private readonly inference: grpc.Client & Record<string, any>;
  private readonly health: grpc.Client & Record<string, any>;

  constructor(port: number) {
    const credentials = grpc.credentials.createInsecure();
    this.inference = new packages.inference.GRPCInferenceService(`127.0.0.1:${port}`, credentials);
    this.health = new packages.grpc.health.v1.Health(`127.0.0.1:${port}`, credentials);
  }

  /** The call, and what becomes of it: the answer, or the error with its status and metadata. `change` spoils the message. */
  infer(
    options: grpc.CallOptions = {},
    change: object = {},
    metadata = new grpc.Metadata(),
  ): { readonly call: grpc.ClientUnaryCall; readonly outcome: Promise<any> } {
    const inputs = CAR_TENSORS.map(({ data, ...input }) => ({
      ...input,
      contents: { bytes_contents: data.map((value) => Buffer.from(value)) },
    }));
    const { promise: outcome, resolve } = Promise.withResolvers<unknown>();
    const message = { model_name: CAR, inputs, ...change };
    const call = this.inference.ModelInfer(
      message,
      metadata,
      options,
      (error: grpc.ServiceError | null, answer: unknown) => {
        resolve(error ?? answer);
      },
    );
    return { call, outcome };
  }

  /** Gathers every status that the service reports of itself; `ended` resolves when it ends the call. */
  watch(): { readonly statuses: readonly string[]; readonly ended: Promise<void> } {
    const statuses: string[] = [];
    const gather = async () => {
      for await (const { status } of this.health.Watch({ service: '' })) statuses.push(status);
    };
    const ended = gather();
    // Whoever waits for it is told of an error; nobody may.
    ended.catch(() => undefined);
    return { statuses, ended };
  }

  close(): void {
    this.inference.close();
    this.health.close();
  }
}
