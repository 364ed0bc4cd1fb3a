export const ROLLOUT_MODES = ['shadow', 'canary'] as const;
/** `shadow`: the candidate is asked after the answer was sent. `canary`: it answers a share of the requests. */
export type RolloutMode = (typeof ROLLOUT_MODES)[number];

/** What a candidate has to show. */
export interface GateThresholds {
  /** Rows that both versions must have answered before the gate passes. */
  readonly minRows: number;
  /** Least share of rows with the same class, 0 to 1. */
  readonly minAgreement: number;
  /** Largest share of rows that the candidate may fail to answer, 0 to 1. */
  readonly maxErrorRate: number;
  /** Largest ratio of the candidate's time to the current version's, per row. */
  readonly maxLatencyRatio: number;
  /** Labelled rows that each version must have before the gate passes; 0 asks for none. */
  readonly minLabels: number;
}

/** How a rollout was settled. While it is held it goes on, until an operator ends it; the others are its end. */
export type RolloutOutcome = 'held' | 'promoted' | 'rolled-back' | 'aborted';

export interface Settlement {
  readonly outcome: RolloutOutcome;
  readonly reasons: readonly string[];
}

/** A candidate on trial beside the version that answers. Plain data: it is kept in a file and travels between processes. */
export interface Rollout {
  readonly id: string;
  /** The version that answered when the rollout began. */
  readonly current: string;
  readonly candidate: string;
  readonly mode: RolloutMode;
  /** Share of the requests that take part, 0 to 100. */
  readonly percent: number;
  /** Header whose value decides which requests take part; the request id decides where it is absent. */
  readonly stickyHeader?: string;
  readonly gate: GateThresholds;
  readonly onPass: 'promote' | 'hold';
  readonly onFail: 'rollback' | 'hold';
  /** ISO 8601. */
  readonly startedAt: string;
  readonly settled?: Settlement;
}

/** Whether requests take part in it. */
export function isRunning({ settled }: Rollout): boolean {
  return settled === undefined || settled.outcome === 'held';
}
