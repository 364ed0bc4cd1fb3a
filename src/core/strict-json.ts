import { isUtf8 } from 'node:buffer';
import { type InputProblem, TensornestError } from './errors.js';
import { pointerStep } from './json-pointer.js';

/** Lists and objects within each other. Nothing that a model takes is nested deeper, and readers of values recurse. */
export const DEEPEST_JSON = 100;

/** As a key it means an object's prototype to some code and nothing to other code. */
export const FORBIDDEN_KEY = '__proto__';

/** The largest number that 32 bits of floating point hold. */
const LARGEST = 3.4028234663852886e38;

/** So many problems show what is wrong. */
const MOST_PROBLEMS = 10;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export interface StrictJsonOptions {
  /** Numbers are judged later, one by one, by somebody who can say more about each. */
  readonly anyNumber?: boolean;
}

/**
 * `JSON.parse` without what it lets through: bytes that are no UTF-8 (RFC 8259, section 8.1), keys that are there twice
 * (of which it drops all but one), `__proto__`, numbers that 32 bits cannot hold, nesting beyond `DEEPEST_JSON`.
 *
 * @throws `malformed-json`, which does not quote the document; `invalid-input` with a pointer to each problem.
 */
export function parseStrictJson(bytes: Buffer, options: StrictJsonOptions = {}): unknown {
  if (!isUtf8(bytes)) throw new TensornestError('malformed-json', 'The body is not valid UTF-8.');
  const members = countMembers(bytes);
  if (members === undefined) throw tooDeep();
  const value = parse(bytes.toString('utf8'));
  // Both are found in one walk that knows no places; the places are only looked up for those who need them.
  const census = new Census(options.anyNumber === true);
  census.visit(value);
  if (census.sound && census.members === members) return value;
  throw refusal([...duplicates(bytes), ...census.problems]);
}

/** The error for a document that is nested too deeply. */
export function tooDeep(): TensornestError {
  const message = `must not be nested deeper than ${DEEPEST_JSON} levels`;
  return refusal([{ pointer: '', code: 'too-deep', message }]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = withoutBody((cause as SyntaxError).message);
    throw new TensornestError('malformed-json', `The body is not valid JSON: ${reason}.`);
  }
}

/** V8 quotes the body in some messages; a client knows its body, and a log must not. */
function withoutBody(message: string): string {
  return message.replace(/, (\.\.\.)?".*"(\.\.\.)? is not valid JSON$/s, ' is not allowed there');
}

/** How many colons stand outside of strings, each of which belongs to a key; undefined where the nesting is too deep. */
function countMembers(bytes: Uint8Array): number | undefined {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    switch (bytes[at]!) {
      case QUOTE:
        at = endOfString(bytes, at + 1);
        break;
      case COLON:
        members += 1;
        break;
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1;
        if (depth > DEEPEST_JSON) return undefined;
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth -= 1;
        break;
    }
  }
  return members;
}

/** The place of the quote that ends the string, or the end of the bytes. */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start;
  for (; at < bytes.length && bytes[at] !== QUOTE; at += 1) if (bytes[at] === BACKSLASH) at += 1;
  return at;
}

/** Counts the members that are left in a value, and looks at its keys and numbers. Recursion is bounded by the depth. */
class Census {
  members = 0;
  sound = true;
  readonly problems: InputProblem[] = [];
  private readonly path: (string | number)[] = [];

  constructor(private readonly anyNumber: boolean) {}

  visit(value: unknown): void {
    if (typeof value === 'number') {
      if (!this.anyNumber && !(value <= LARGEST && value >= -LARGEST)) this.report(...explainNumber(value));
    } else if (typeof value === 'object' && value !== null) {
      if (Array.isArray(value)) this.visitList(value);
      else this.visitObject(value as Record<string, unknown>);
    }
  }

  private visitList(list: readonly unknown[]): void {
    for (let index = 0; index < list.length; index += 1) {
      const item = list[index];
      // Most items of most lists.
      if (typeof item === 'number' && item <= LARGEST && item >= -LARGEST) continue;
      if (typeof item === 'string') continue;
      this.path.push(index);
      this.visit(item);
      this.path.pop();
    }
  }

  private visitObject(object: Record<string, unknown>): void {
    for (const key in object) {
      this.members += 1;
      this.path.push(key);
      if (key === FORBIDDEN_KEY) this.report('forbidden-key', 'is not allowed as a field name');
      this.visit(object[key]);
      this.path.pop();
    }
  }

  private report(code: InputProblem['code'], message: string): void {
    this.sound = false;
    if (this.problems.length >= MOST_PROBLEMS) return;
    this.problems.push({ pointer: this.path.map((step) => pointerStep(String(step))).join(''), code, message });
  }
}

function explainNumber(value: number): [InputProblem['code'], string] {
  if (Number.isFinite(value)) return ['out-of-range', 'is beyond what a 32-bit floating-point number can hold'];
  return ['not-finite', 'is beyond what a number can hold'];
}

/** A list or an object around a place. */
interface Level {
  /** The keys that an object has had; null in a list. */
  readonly keys: Set<string> | null;
  /** The step from here to the place. */
  step: string;
  index: number;
}

/** A problem for each key of a valid document that its object has already. */
function duplicates(bytes: Buffer): InputProblem[] {
  const problems: InputProblem[] = [];
  const levels: Level[] = [];
  // Where the last string was: before a colon, it was a key.
  let from = 0;
  let to = 0;
  for (let at = 0; at < bytes.length && problems.length < MOST_PROBLEMS; at += 1) {
    const inner = levels.at(-1);
    switch (bytes[at]!) {
      case QUOTE:
        from = at;
        at = endOfString(bytes, at + 1);
        to = at + 1;
        break;
      case COLON: {
        const key = JSON.parse(bytes.toString('utf8', from, to)) as string;
        inner!.step = pointerStep(key);
        if (inner!.keys!.has(key)) {
          problems.push({
            pointer: levels.map(({ step }) => step).join(''),
            code: 'duplicate',
            message: 'is there twice',
          });
        }
        inner!.keys!.add(key);
        break;
      }
      case COMMA:
        if (inner!.keys === null) inner!.step = pointerStep((inner!.index += 1));
        break;
      case OPEN_LIST:
        levels.push({ keys: null, step: '/0', index: 0 });
        break;
      case OPEN_OBJECT:
        levels.push({ keys: new Set(), step: '', index: 0 });
        break;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        levels.pop();
        break;
    }
  }
  return problems;
}

function refusal(problems: readonly InputProblem[]): TensornestError {
  const [first] = problems;
  return new TensornestError(
    'invalid-input',
    `${first?.pointer === '' ? 'The body' : first?.pointer} ${first?.message}.`,
    { problems },
  );
}
