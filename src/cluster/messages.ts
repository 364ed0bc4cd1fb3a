import type { GroupView, ProcessState } from '../core/ports/process-group.js';

/** What a process tells the supervisor. */
export type FromProcess =
  | { readonly type: 'state'; readonly state: ProcessState }
  /** What to print for people when the whole group is up. */
  | { readonly type: 'greeting'; readonly text: string }
  /** Whole lines for the audit log. */
  | { readonly type: 'audit'; readonly lines: Uint8Array }
  /** Asks for `flushed` when all lines so far have been written. */
  | { readonly type: 'flush'; readonly ticket: number }
  /** It could not start, and says why; its end follows. */
  | { readonly type: 'failed'; readonly message: string };

/** What the supervisor tells a process. */
export type ToProcess =
  /** The first message: begin. */
  | { readonly type: 'start'; readonly replaces: boolean; readonly view: GroupView }
  | { readonly type: 'group'; readonly view: GroupView }
  | { readonly type: 'flushed'; readonly ticket: number };

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
  failed: { message: 'string' },
};

const TO_PROCESS: Fields<ToProcess> = {
  start: { replaces: 'boolean', view: 'object' },
  group: { view: 'object' },
  flushed: { ticket: 'number' },
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
