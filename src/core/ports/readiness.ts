/** Says whether the service can be asked now. */
export interface Readiness {
  /** Why not every required model can be asked in every process, or undefined when each can. */
  fault(): Promise<string | undefined>;
}

export const READINESS = Symbol('READINESS');
