/** How the worker threads are, for those who say whether the service is ready. */
export interface WorkerFaults {
  /** Why the worker threads cannot be relied on now, or undefined. */
  fault(): string | undefined;
}

export const WORKER_FAULTS = Symbol('WORKER_FAULTS');
