import { type InputProblem, TensornestError } from '../../../core/errors.js';
import { pointerStep } from '../../../core/json-pointer.js';
import type { RowLocator } from '../../../core/prediction.js';
import type { RowBatch } from '../../../core/row-batch.js';
import { explainKeys } from '../../../encoding/row-dto.js';
import type { Scan } from '../../../encoding/row-scanner.js';
import type { JsonBody } from '../../../http/json-body.js';
import type { TabularSlot } from '../../../model/tabular-slot.js';
import type { RowSource } from '../../row-source.js';

const ENVELOPE = 'inputs';
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const LOCATOR: RowLocator = {
  rows: `/${ENVELOPE}`,
  at: (row, feature) => `/${ENVELOPE}/${row}${feature === undefined ? '' : pointerStep(feature)}`,
};

/**
 * The rows of `{"inputs": [...]}`. They are scanned from the body's bytes straight into the batch; whatever the scanner
 * does not take (escapes, unknown values, errors of all kinds) is parsed as JSON and goes the plain way.
 */
export class RestRows implements RowSource {
  readonly locator = LOCATOR;
  private scan: Scan | undefined;
  private parsed: readonly unknown[] | undefined;

  constructor(private readonly body: JsonBody) {}

  encode(slot: TabularSlot, maxRows: number): RowBatch | undefined {
    this.scan = slot.scanner(ENVELOPE).scan(this.body.bytes, maxRows);
    if (this.scan !== undefined) return this.scan.batch;
    const { length } = this.rows();
    return length > 0 && length <= maxRows ? slot.encoder.encode(this.rows()) : undefined;
  }

  rows(): readonly unknown[] {
    this.parsed ??= rowsOf(this.body.parse());
    return this.parsed;
  }

  json(): Uint8Array {
    const text = this.scan === undefined ? undefined : this.body.bytes.subarray(this.scan.from, this.scan.to);
    // A line break between tokens is JSON, but would end a line of a log.
    const fits = text?.includes(LINE_FEED) === false && !text.includes(CARRIAGE_RETURN);
    return fits ? text : Buffer.from(JSON.stringify(this.rows()));
  }
}

/** The rows of a parsed body, unchecked; anything but the envelope is refused with every problem that it has. */
export function rowsOf(body: unknown): readonly unknown[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw refusal([{ pointer: '', code: 'wrong-type', message: `the body must be a JSON object with "${ENVELOPE}"` }]);
  }
  const envelope = body as { [ENVELOPE]?: unknown };
  const problems = [...explainExtras(envelope), ...explainRows(envelope[ENVELOPE])];
  if (problems.length > 0) throw refusal(problems);
  return envelope[ENVELOPE] as unknown[];
}

function explainExtras(envelope: object): InputProblem[] {
  return explainKeys([ENVELOPE], envelope as Record<string, unknown>).map(({ field, ...problem }) => ({
    pointer: pointerStep(field ?? ''),
    ...problem,
  }));
}

function explainRows(rows: unknown): InputProblem[] {
  if (Array.isArray(rows)) return [];
  const pointer = LOCATOR.rows;
  if (rows === undefined) return [{ pointer, code: 'required', message: 'is required: a list of rows' }];
  if (rows === null) return [{ pointer, code: 'null', message: 'must not be null: send a list of rows' }];
  return [{ pointer, code: 'wrong-type', message: 'must be a list of rows' }];
}

function refusal(problems: readonly InputProblem[]): TensornestError {
  const [first] = problems;
  return new TensornestError('invalid-input', `${first?.pointer} ${first?.message}.`.trim(), { problems });
}
