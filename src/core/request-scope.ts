import { AsyncLocalStorage } from 'node:async_hooks';

const requestIds = new AsyncLocalStorage<string>();

/** Runs `work`, and everything that it starts, on behalf of the request with this id. */
export function inRequest(requestId: string, work: () => void): void {
  requestIds.run(requestId, work);
}

/** The id of the request on whose behalf this code runs, for log lines. */
export function currentRequestId(): string | undefined {
  return requestIds.getStore();
}
