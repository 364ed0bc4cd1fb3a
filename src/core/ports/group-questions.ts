/** Answers a question in one process. What it gives is plain data: it may travel to another process, so nobody alters it. */
export type Answerer = (payload: never) => unknown;

/** What came of a question. */
export interface Poll<A> {
  /** The answers that came in time, in no order. */
  readonly answers: readonly A[];
  /** How many processes were asked: more than there are answers where one was too slow, died or could not say. */
  readonly asked: number;
}

/** Milliseconds that a question waits for the slowest process: a blocked one must not hold up those who ask. */
export const ANSWER_WITHIN_MS = 1_000;

/**
 * How something is found out from every process that shares the port, such as counts that add up; a process that is alone
 * is a group of one. Questions change nothing. They wait neither for commands nor for one another.
 */
export interface GroupQuestions {
  /** Says who answers questions of this name in this process. Until then, and when it throws, the process has no answer. */
  answer(name: string, answerer: Answerer): void;
  /**
   * Asks every process that serves, this one included, with plain data. Never rejects; resolves after `withinMs` at the
   * latest, with those answers that came.
   */
  ask<A>(name: string, payload?: unknown, withinMs?: number): Promise<Poll<A>>;
}

export const GROUP_QUESTIONS = Symbol('GROUP_QUESTIONS');
