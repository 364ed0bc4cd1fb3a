import type { Prediction } from '../core/prediction.js';
import type { RowBatch } from '../core/row-batch.js';
import type { Feature, Signature } from '../core/signature.js';
import type { Layout } from '../encoding/placement.js';
import { countInputs, inputAt } from '../encoding/finite-inputs.js';
import { layOut } from '../encoding/row-layout.js';
import type { InputCounts } from '../model/input-counts.js';
import { countsShape, type FeatureSpan } from './counts.js';
import { cellOf } from './number-cells.js';
import type { DriftReference, FeatureReference } from './reference.js';

/** Counts the values of one feature of encoded rows. */
interface Column {
  readonly how: 'one-hot' | 'ordinal' | 'number';
  /** Its first column, and how many it has. */
  readonly at: number;
  readonly width: number;
  /** Where its counts begin. */
  readonly start: number;
  /** Most codes of a category; edges of a number as the model sees them. */
  readonly top: number;
  readonly edges: Float32Array;
}

/** What came to one loaded version in this process: counts, and no value that anybody sent. */
export class Tally {
  private readonly counts: Float64Array;
  private readonly columns: readonly Column[];
  /** Rows by their place among all inputs, where that is what the model takes. */
  private readonly byInput: Float64Array | undefined;
  private readonly spans: readonly FeatureSpan[];
  private readonly confidence: Float64Array;
  private readonly classesAt: number;
  private readonly confidenceAt: number;
  private rowsSeen = 0;
  private rowsAnswered = 0;

  constructor(
    private readonly signature: Signature,
    private readonly reference: DriftReference,
    layout: Layout,
    private readonly inputs: InputCounts,
  ) {
    const shape = countsShape(reference);
    this.counts = new Float64Array(shape.length);
    this.spans = shape.features;
    this.classesAt = shape.classes;
    this.confidenceAt = shape.confidence;
    this.confidence = Float64Array.from(reference.confidence.edges);
    this.byInput = layout === 'index' ? new Float64Array(countInputs(signature) ?? 0) : undefined;
    this.columns = layout === 'index' ? [] : columnsOf(signature, reference, shape.features);
  }

  /** Counts encoded rows. Reads them only before it comes back: their memory is not ours. */
  addRows({ data, rows, width }: RowBatch): void {
    this.rowsSeen += rows;
    const { byInput, columns, counts } = this;
    if (byInput !== undefined) {
      for (let row = 0; row < rows; row += 1) byInput[data[row]!]! += 1;
      return;
    }
    for (const { how, at, width: own, start, top, edges } of columns) {
      for (let row = 0, base = at; row < rows; row += 1, base += width) {
        // A column of a one-hot code is 1 where the category is its own, else 0.
        if (how === 'one-hot') for (let code = 0; code < own; code += 1) counts[start + code]! += data[base + code]!;
        else if (how === 'number') counts[start + cellOf(edges, data[base]!)]! += 1;
        else counts[start + Math.round(data[base]! * top)]! += 1;
      }
    }
  }

  addPrediction({ classes, winners, probabilities }: Pick<Prediction, 'classes' | 'winners' | 'probabilities'>): void {
    const { counts, confidence } = this;
    const width = classes.length;
    const last = confidence.length - 2;
    this.rowsAnswered += winners.length;
    for (let row = 0; row < winners.length; row += 1) {
      const winner = winners[row]!;
      counts[this.classesAt + winner]! += 1;
      const probability = probabilities[row * width + winner]!;
      let bin = 0;
      while (bin < last && probability >= confidence[bin + 1]!) bin += 1;
      counts[this.confidenceAt + bin]! += 1;
    }
  }

  /** Everything so far, laid out as `countsShape` says. */
  read(): number[] {
    const counts = Array.from(this.counts);
    counts[0] = this.rowsSeen;
    counts[1] = this.rowsAnswered;
    const features = new Map(this.signature.features.map((feature, place) => [feature.name, { feature, place }]));
    const cells = this.reference.features.map((known) => cellFinder(known, features.get(known.name)!.feature));
    this.byInput?.forEach((times, index) => {
      if (times === 0) return;
      const row = inputAt(this.signature, index);
      this.reference.features.forEach(({ name }, place) => {
        counts[this.spans[place]!.values + cells[place]!(row[name])]! += times;
      });
    });
    this.reference.features.forEach(({ name }, index) => {
      const { feature, place } = features.get(name)!;
      const { values, missing, refused } = this.spans[index]!;
      const filled = this.inputs.filled[place]!;
      counts[missing]! += filled + this.inputs.missing[place]!;
      counts[refused]! += this.inputs.outOfRange[place]!;
      // What stood in for missing values was counted as if it had been sent.
      if (feature.missing.policy === 'default') counts[values + cells[index]!(feature.missing.value)]! -= filled;
    });
    return counts;
  }
}

function columnsOf(
  signature: Signature,
  { features }: DriftReference,
  spans: readonly FeatureSpan[],
): readonly Column[] {
  const { width, placed } = layOut(signature, 'columns');
  const starts = placed.map(({ placement }) => (placement.layout === 'columns' ? placement.at : 0));
  return features.map((known, index): Column => {
    const place = placed.findIndex(({ feature }) => feature.name === known.name);
    const { feature } = placed[place]!;
    const at = starts[place]!;
    const rest = { at, width: (starts[place + 1] ?? width) - at, start: spans[index]!.values };
    if (feature.kind === 'number' || known.kind === 'number') {
      const edges =
        known.kind === 'number' ? Float32Array.from(known.edges, standardised(feature)) : new Float32Array();
      return { ...rest, how: 'number', top: 0, edges };
    }
    return { ...rest, how: feature.encoding, top: Math.max(feature.values.length - 1, 1), edges: new Float32Array() };
  });
}

/** Edges go the way of the values, so what is equal stays equal. */
function standardised(feature: Feature): (value: number) => number {
  if (feature.kind !== 'number') return (value) => value;
  const { mean, std } = feature.normalisation;
  return (value) => (value - mean) / std;
}

function cellFinder(known: FeatureReference, feature: Feature): (value: unknown) => number {
  if (known.kind === 'categorical') return (value) => known.values.indexOf(value as string);
  const edges = Float32Array.from(known.edges, standardised(feature));
  const encode = standardised(feature);
  return (value) => cellOf(edges, Math.fround(encode(value as number)));
}
