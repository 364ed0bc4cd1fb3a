import type { ErrorCode } from '../core/errors.js';
import type { GroupCommand } from '../core/ports/group-commands.js';
import type { Poll } from '../core/ports/group-questions.js';
import type { GroupView, ProcessState } from '../core/ports/process-group.js';

/** How a command ended in one process. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string };

/** A question to every process; plain data. */
export interface Question {
  readonly name: string;
  readonly payload: unknown;
}

/** What one process has to say to a question. */
export type Answer = { readonly known: true; readonly value: unknown } | { readonly known: false };

/** What a process tells the supervisor. */
export type FromProcess =
  | { readonly type: 'state'; readonly state: ProcessState }
  /** What to print for people when the whole group is up. */
  | { readonly type: 'greeting'; readonly text: string }
  /** Whole lines for the audit log. */
  | { readonly type: 'audit'; readonly lines: Uint8Array }
  /** Asks for `flushed` when all lines so far have been written. */
  | { readonly type: 'flush'; readonly ticket: number }
  /** Asks for a command to be done everywhere; `called` answers. */
  | { readonly type: 'call'; readonly ticket: number; readonly command: GroupCommand }
  /** Answers `do`. */
  | { readonly type: 'done'; readonly ticket: number; readonly outcome: Outcome }
  /** Asks for a question to be put to everyone; `polled` answers after `withinMs` milliseconds at the latest. */
  | { readonly type: 'ask'; readonly ticket: number; readonly question: Question; readonly withinMs: number }
  /** Answers `question`. */
  | { readonly type: 'answer'; readonly ticket: number; readonly answer: Answer }
  /** It could not start, and says why; its end follows. */
  | { readonly type: 'failed'; readonly message: string };

/** What the supervisor tells a process. */
export type ToProcess =
  /** The first message: begin. */
  | { readonly type: 'start'; readonly replaces: boolean; readonly view: GroupView }
  | { readonly type: 'group'; readonly view: GroupView }
  | { readonly type: 'flushed'; readonly ticket: number }
  | { readonly type: 'do'; readonly ticket: number; readonly command: GroupCommand }
  | { readonly type: 'called'; readonly ticket: number; readonly outcomes: readonly Outcome[] }
  | { readonly type: 'question'; readonly ticket: number; readonly question: Question }
  | { readonly type: 'polled'; readonly ticket: number; readonly poll: Poll<unknown> };

type Kind = 'string' | 'number' | 'boolean' | 'object' | 'bytes';

/** The fields of each message; a message that is missing here, or has other fields, does not compile. */
type Fields<M extends { readonly type: string }> = {
  readonly [T in M['type']]: Readonly<Record<Exclude<keyof Extract<M, { type: T }>, 'type'>, Kind>>;
};

const FROM_PROCESS: Fields<FromProcess> = {
  state: { state: 'object' },
  greeting: { text: 'string' },
  audit: { lines: 'bytes' },
  flush: { ticket: 'number' },
  call: { ticket: 'number', command: 'object' },
  done: { ticket: 'number', outcome: 'object' },
  ask: { ticket: 'number', question: 'object', withinMs: 'number' },
  answer: { ticket: 'number', answer: 'object' },
  failed: { message: 'string' },
};

const TO_PROCESS: Fields<ToProcess> = {
  start: { replaces: 'boolean', view: 'object' },
  group: { view: 'object' },
  flushed: { ticket: 'number' },
  do: { ticket: 'number', command: 'object' },
  called: { ticket: 'number', outcomes: 'object' },
  question: { ticket: 'number', question: 'object' },
  polled: { ticket: 'number', poll: 'object' },
};

/** The message, or undefined when it is none of ours: process managers use the same channel. */
export function fromProcess(message: unknown): FromProcess | undefined {
  return fits(message, FROM_PROCESS) ? (message as FromProcess) : undefined;
}

/** The message, or undefined when it is none of ours. */
export function toProcess(message: unknown): ToProcess | undefined {
  return fits(message, TO_PROCESS) ? (message as ToProcess) : undefined;
}

function fits(message: unknown, known: Readonly<Record<string, Readonly<Record<string, Kind>>>>): boolean {
  if (typeof message !== 'object' || message === null || !('type' in message)) return false;
  const { type } = message;
  if (typeof type !== 'string' || !Object.hasOwn(known, type)) return false;
  return Object.entries(known[type]!).every(([field, kind]) => {
    const value = (message as Record<string, unknown>)[field];
    return kind === 'bytes' ? value instanceof Uint8Array : typeof value === kind && value !== null;
  });
}
