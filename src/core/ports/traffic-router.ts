import type { InputRows, Prediction } from '../prediction.js';

/** What a request shows to those who decide which version it takes. */
export interface RoutableRequest {
  readonly requestId: string;
  /** A header of the request, whatever its name's case; absent where the door knows no headers. */
  readonly header?: ((name: string) => string | undefined) | undefined;
}

/** A request that has got its answer. */
export interface AnsweredRequest {
  readonly prediction: Prediction;
  readonly inputs: InputRows;
  /** Why the version that the route chose did not answer, when the version that answers by default had to. */
  readonly failure?: unknown;
  /** Asks another version of the model for the same rows. Nobody else is told of it. */
  readonly ask: (version: string) => Promise<Prediction>;
}

/** What was decided about one request. */
export interface Route {
  /** The version that is to answer; absent when it is the one that answers by default. */
  readonly version?: string;
  /** Told once the request has got its answer, before that is sent. Must neither throw nor block. */
  readonly answered: (request: AnsweredRequest) => void;
}

/** Decides which version answers a request that names none. */
export interface TrafficRouter {
  /** Undefined when nobody has anything to decide: nearly always, so it must cost next to nothing. */
  route(model: string, request: RoutableRequest): Route | undefined;
}

/** Nobody decides anything where it is not provided. */
export const TRAFFIC_ROUTER = Symbol('TRAFFIC_ROUTER');
