import { randomUUID } from 'node:crypto';
import { Metadata, ServerInterceptingCall, type ServerInterceptor, status, type StatusObject } from '@grpc/grpc-js';
import type { Scope } from '../core/caller.js';
import { inRequest, type RequestScope } from '../core/request-scope.js';
import { AccessRefusal } from './access-refusal.js';
import type { Authenticator } from './authenticator.js';
import { QuotaExceeded, type Quotas } from './quotas.service.js';

/** Milliseconds after which a client may try again: https://github.com/grpc/proposal/blob/master/A6-client-retries.md */
const PUSHBACK_KEY = 'grpc-retry-pushback-ms';

type Refused = Pick<StatusObject, 'code' | 'details'> & Partial<StatusObject>;

/** What a method needs, by its last name; `predict` where it is not listed. Which model it names is seen by the registry. */
const NEEDS: ReadonlyMap<string, Scope | null> = new Map<string, Scope | null>([
  ['Check', null],
  ['Watch', null],
  ['ServerLive', null],
  ['ServerReady', null],
  ['RepositoryIndex', 'admin'],
  ['RepositoryModelLoad', 'admin'],
  ['RepositoryModelUnload', 'admin'],
]);

/**
 * The gate of the gRPC doors: the same keys, in the metadata. Calls run on behalf of their caller from there on. `refused` is
 * told of the others, with the last name of their method.
 */
export function grpcGate(
  authenticator: Authenticator,
  quotas: Quotas,
  refused: (method: string, requestId: string, error: unknown) => void = () => undefined,
): ServerInterceptor {
  return ({ path }, call) => {
    const method = path.slice(path.lastIndexOf('/') + 1);
    const needed = NEEDS.get(method);
    const scope = needed === undefined ? 'predict' : needed;
    const request: RequestScope = { requestId: randomUUID(), caller: undefined };
    const admit = async (metadata: Metadata) => {
      if (scope === null || !authenticator.watches) return;
      const header = (name: string) => metadata.get(name).find((value) => typeof value === 'string');
      const { caller } = await authenticator.identify(header, undefined);
      request.caller = caller;
      authenticator.authorise(caller, { scope });
      quotas.admit(caller);
    };
    return new ServerInterceptingCall(call, {
      start: (next) => {
        next({
          onReceiveMetadata: (metadata, proceed) => {
            admit(metadata).then(
              () => {
                inRequest(request, () => {
                  proceed(metadata);
                });
              },
              (error: unknown) => {
                refused(method, request.requestId, error);
                call.sendStatus(toStatus(authenticator, error));
              },
            );
          },
          onReceiveMessage: (message: unknown, proceed) => {
            authenticator.noteModel(request.caller, modelOf(message));
            inRequest(request, () => {
              proceed(message);
            });
          },
          onReceiveHalfClose: (proceed) => {
            inRequest(request, proceed);
          },
        });
      },
    });
  };
}

/** The model that a message names, in whichever field its kind of message has for it. */
function modelOf(message: unknown): string | undefined {
  const { model_name: model, name } = (message ?? {}) as { readonly model_name?: string; readonly name?: string };
  return model ?? name;
}

function toStatus(authenticator: Authenticator, error: unknown): Refused {
  if (error instanceof AccessRefusal) {
    authenticator.count(error.refusal);
    return {
      code: error.code === 'unauthenticated' ? status.UNAUTHENTICATED : status.PERMISSION_DENIED,
      details: error.message,
    };
  }
  if (error instanceof QuotaExceeded) {
    const metadata = new Metadata();
    metadata.set(PUSHBACK_KEY, String((error.retryAfterSeconds ?? 1) * 1_000));
    return { code: status.RESOURCE_EXHAUSTED, details: error.message, metadata };
  }
  return { code: status.INTERNAL, details: 'Who calls could not be found out.' };
}
