import { type InputProblem, TensornestError } from '../../../core/errors.js';
import { pointerStep } from '../../../core/json-pointer.js';
import type { RowLocator } from '../../../core/prediction.js';
import type { RowBatch } from '../../../core/row-batch.js';
import { explainKeys } from '../../../encoding/row-dto.js';
import type { Scan } from '../../../encoding/row-scanner.js';
import type { JsonBody } from '../../../http/json-body.js';
import type { TabularSlot } from '../../../model/tabular-slot.js';
import type { RowSource } from '../../row-source.js';
import { type SiftedRows, siftRows } from './sifted-rows.js';

const ENVELOPE = 'inputs';
const PARTIAL = 'partial';
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const LOCATOR: RowLocator = {
  rows: `/${ENVELOPE}`,
  at: (row, feature) => `/${ENVELOPE}/${row}${feature === undefined ? '' : pointerStep(feature)}`,
};

/** A parsed request, its rows unchecked. */
export interface Envelope {
  readonly inputs: readonly unknown[];
  /** Bad rows are answered as such and do not stop good ones. */
  readonly partial: boolean;
}

/**
 * The rows of `{"inputs": [...]}`. They are scanned from the body's bytes straight into the batch; whatever the scanner
 * does not take (escapes, unknown values, errors of all kinds, `"partial"`) is parsed as JSON and goes the plain way.
 */
export class RestRows implements RowSource {
  private scan: Scan | undefined;
  private parsed: Envelope | undefined;
  private siftedRows: SiftedRows | undefined;

  constructor(private readonly body: JsonBody) {}

  get locator(): RowLocator {
    const sifted = this.siftedRows;
    return sifted === undefined
      ? LOCATOR
      : { ...LOCATOR, at: (row, field) => LOCATOR.at(sifted.positions[row]!, field) };
  }

  /** What became of each row of a partial request that has a good one. */
  get sifted(): SiftedRows | undefined {
    return this.siftedRows;
  }

  get positions(): readonly number[] | undefined {
    return this.siftedRows?.positions;
  }

  encode(slot: TabularSlot, maxRows: number): RowBatch | undefined {
    this.scan = slot.scanner(ENVELOPE).scan(this.body.bytes, maxRows, slot.arena);
    if (this.scan !== undefined) return this.scan.batch;
    const { inputs, partial } = this.envelope();
    if (inputs.length === 0 || inputs.length > maxRows) return undefined;
    if (partial) this.siftedRows ??= siftRows(slot, inputs, LOCATOR);
    return slot.encoder.encode(this.rows());
  }

  rows(): readonly unknown[] {
    return this.siftedRows?.rows ?? this.envelope().inputs;
  }

  json(): Uint8Array {
    const text = this.scan === undefined ? undefined : this.body.bytes.subarray(this.scan.from, this.scan.to);
    // A line break between tokens is JSON, but would end a line of a log.
    const fits = text?.includes(LINE_FEED) === false && !text.includes(CARRIAGE_RETURN);
    return fits ? text : Buffer.from(JSON.stringify(this.rows()));
  }

  private envelope(): Envelope {
    this.parsed ??= envelopeOf(this.body.parse({ anyNumber: true }));
    return this.parsed;
  }
}

/** A parsed body, its rows unchecked; anything but the envelope is refused with every problem that it has. */
export function envelopeOf(body: unknown): Envelope {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw refusal([{ pointer: '', code: 'wrong-type', message: `the body must be a JSON object with "${ENVELOPE}"` }]);
  }
  const { [ENVELOPE]: inputs, [PARTIAL]: partial = false } = body as Record<string, unknown>;
  const problems = [...explainExtras(body), ...explainRows(inputs), ...explainPartial(partial)];
  if (problems.length > 0) throw refusal(problems);
  return { inputs: inputs as unknown[], partial: partial as boolean };
}

function explainExtras(envelope: object): InputProblem[] {
  return explainKeys([ENVELOPE, PARTIAL], envelope as Record<string, unknown>).map(({ field, ...problem }) => ({
    pointer: pointerStep(field ?? ''),
    ...problem,
  }));
}

function explainPartial(partial: unknown): InputProblem[] {
  if (typeof partial === 'boolean') return [];
  return [{ pointer: `/${PARTIAL}`, code: partial === null ? 'null' : 'wrong-type', message: 'must be true or false' }];
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
