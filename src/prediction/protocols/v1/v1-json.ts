import { isUtf8 } from 'node:buffer';
import { TensornestError } from '../../../core/errors.js';
import { DEEPEST_JSON, FORBIDDEN_KEY } from '../../../core/strict-json.js';

/** A whole number that was written with a point or an exponent: TensorFlow Serving takes 1.0 for no integer. */
export class Real {
  constructor(readonly value: number) {}
}

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
 * Reads the first JSON document of `bytes` as TensorFlow Serving does: NaN and Infinity are numbers, what follows the
 * document does not matter. Unlike there, a key may be there only once, and the bytes must be UTF-8. Objects have no
 * prototype; whole numbers beyond 2^53 are bigints, those written like 1.0 are `Real`. Throws `malformed-json` with the place.
 */
export function parseV1Json(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw malformed('The document is not UTF-8');
  return new V1JsonReader(bytes.toString('utf8')).document();
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
    this.skip();
    switch (this.text[this.at]) {
      case '{':
        return this.object(this.deeper(depth));
      case '[':
        return this.list(this.deeper(depth));
      case '"':
        return this.string();
      case undefined:
      default:
        return this.scalar();
    }
  }

  private deeper(depth: number): number {
    if (depth === DEEPEST_JSON) throw this.wrong(`Nested deeper than ${DEEPEST_JSON} levels.`);
    return depth + 1;
  }

  private object(depth: number): object {
    const fields = Object.create(null) as Record<string, unknown>;
    this.at += 1;
    if (this.takes('}')) return fields;
    for (;;) {
      this.skip();
      if (this.text[this.at] !== '"') throw this.wrong('Missing a name for object member.');
      const start = this.at;
      const name = this.string();
      if (name === FORBIDDEN_KEY) throw this.wrong(`Forbidden name of object member: ${name}.`, start);
      if (name in fields) throw this.wrong('Duplicate name of object member.', start);
      if (!this.takes(':')) throw this.wrong('Missing a colon after a name of object member.');
      const value = this.value(depth);
      fields[name] = value;
      if (this.takes('}')) return fields;
      if (!this.takes(',')) throw this.wrong('Missing a comma or } after an object member.');
    }
  }

  private list(depth: number): unknown[] {
    const items: unknown[] = [];
    this.at += 1;
    if (this.takes(']')) return items;
    for (;;) {
      items.push(this.value(depth));
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
