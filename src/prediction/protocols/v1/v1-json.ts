import { TensornestError } from '../../../core/errors.js';

/** A whole number that was written with a point or an exponent: TensorFlow Serving takes 1.0 for no integer. */
export class Real {
  constructor(readonly value: number) {}
}

/** Deeper nesting is no tensor, and would cost stack. */
const DEEPEST = 500;

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
const SPACE = /[\t\n\r ]*/y;
// eslint-disable-next-line no-control-regex -- control characters are what JSON forbids in strings
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const LITERALS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['Inf', Infinity],
  ['-Infinity', -Infinity],
  ['-Inf', -Infinity],
];

/**
 * Reads the first JSON document of `text` as TensorFlow Serving does: NaN and Infinity are numbers, what follows the
 * document does not matter, of equal keys the first counts. Objects have no prototype; whole numbers beyond 2^53 are
 * bigints, those written like 1.0 are `Real`. Throws `malformed-json` with the place.
 */
export function parseV1Json(text: string): unknown {
  return new V1JsonReader(text).document();
}

class V1JsonReader {
  private at = 0;

  constructor(private readonly text: string) {}

  document(): unknown {
    this.skip();
    if (this.at >= this.text.length) throw malformed('The document is empty');
    return this.value(0);
  }

  private value(depth: number): unknown {
    if (depth > DEEPEST) throw this.wrong(`Nested deeper than ${DEEPEST}.`);
    this.skip();
    switch (this.text[this.at]) {
      case '{':
        return this.object(depth);
      case '[':
        return this.list(depth);
      case '"':
        return this.string();
      case undefined:
      default:
        return this.scalar();
    }
  }

  private object(depth: number): object {
    const fields = Object.create(null) as Record<string, unknown>;
    this.at += 1;
    if (this.takes('}')) return fields;
    for (;;) {
      this.skip();
      if (this.text[this.at] !== '"') throw this.wrong('Missing a name for object member.');
      const name = this.string();
      if (!this.takes(':')) throw this.wrong('Missing a colon after a name of object member.');
      const value = this.value(depth + 1);
      if (!(name in fields)) fields[name] = value;
      if (this.takes('}')) return fields;
      if (!this.takes(',')) throw this.wrong('Missing a comma or } after an object member.');
    }
  }

  private list(depth: number): unknown[] {
    const items: unknown[] = [];
    this.at += 1;
    if (this.takes(']')) return items;
    for (;;) {
      items.push(this.value(depth + 1));
      if (this.takes(']')) return items;
      if (!this.takes(',')) throw this.wrong('Missing a comma or ] after an array element.');
    }
  }

  private string(): string {
    const start = this.at;
    this.at += 1;
    for (;;) {
      const plain = this.match(PLAIN);
      const next = this.text[this.at];
      if (next === '"') {
        this.at += 1;
        return this.at === start + plain.length + 2 ? plain : this.unescape(start);
      }
      if (next !== '\\') throw this.wrong('Missing a closing quotation mark in string.', start);
      this.at += 2;
    }
  }

  private unescape(start: number): string {
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      throw this.wrong('Invalid escape character in string.', start);
    }
  }

  private scalar(): unknown {
    const literal = LITERALS.find(([word]) => this.text.startsWith(word, this.at));
    if (literal !== undefined) {
      this.at += literal[0].length;
      return literal[1];
    }
    const start = this.at;
    const number = this.match(NUMBER);
    if (number === '') throw this.wrong('Invalid value.');
    return toNumber(number) ?? this.tooBig(start);
  }

  private tooBig(start: number): never {
    throw this.wrong('Number too big to be stored in double.', start);
  }

  private takes(character: string): boolean {
    this.skip();
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private skip(): void {
    this.match(SPACE);
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found = ''] = pattern.exec(this.text) ?? [];
    this.at += found.length;
    return found;
  }

  private wrong(what: string, at = this.at): TensornestError {
    return malformed(`${what} at offset: ${at}`);
  }
}

function toNumber(text: string): number | bigint | Real | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  if (!Number.isInteger(value)) return value;
  if (/[.eE]/.test(text)) return new Real(value);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

function malformed(what: string): TensornestError {
  return new TensornestError('malformed-json', `JSON Parse error: ${what}`);
}

/** A value for which the difference between 1 and 1.0 does not matter. */
export function plainValue(value: unknown): unknown {
  if (value instanceof Real) return value.value;
  return typeof value === 'bigint' ? Number(value) : value;
}
