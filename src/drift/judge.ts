import { type ReadCounts, readCounts } from './counts.js';
import { binsOf, cumulate } from './number-cells.js';
import type { DriftReference, FeatureReference } from './reference.js';
import {
  chiSquare,
  holm,
  kolmogorovSmirnov,
  kolmogorovSmirnovOfBins,
  poolRare,
  populationStability,
  type TestResult,
  total,
} from './statistics.js';
import type {
  ClassDrift,
  ConfidenceDrift,
  DriftBin,
  DriftTest,
  DriftVerdict,
  FeatureDrift,
  SubjectState,
} from './verdict.js';

type Method = DriftTest['method'];
type Found = Omit<DriftTest, 'adjusted'> & { readonly informative: boolean };

/** A subject before it is known what its p-values are worth beside all others. */
interface Draft<T> {
  readonly tests: readonly Found[];
  readonly finish: (tests: readonly DriftTest[], state: SubjectState) => T;
}

/**
 * Compares the counts of a window with the package's. A subject drifts where one of its p-values, adjusted for all tests of the
 * window together, is at most `significance`; so nothing at all is found in at least 1 - `significance` of the windows without drift.
 * A test that could find nothing, such as one of missing values where nobody lacked any, is not among them: that it could not is seen
 * in both samples together, which do not say whether they differ (Tarone, 1990). Neither do they say it by how many categories are
 * frequent enough to be compared, so the degrees of freedom may be the weights of the tests: the more categories a shift of one size
 * (Cohen's w) is spread over, the larger a share of `significance` it takes to be seen. Kolmogorov and Smirnov's test weighs 1.
 *
 * @param closed whether the window is complete: nothing is decided on one that is not.
 */
export function judge(
  reference: DriftReference,
  counts: readonly number[],
  significance: number,
  closed: boolean,
): DriftVerdict {
  const seen = readCounts(reference, counts);
  const features = reference.features.map((feature, index) => draftFeature(feature, seen.features[index]!, seen.rows));
  const classes = draftClasses(reference, seen);
  const confidence = draftConfidence(reference, seen);
  const subjects: readonly Draft<unknown>[] = [...features, classes, confidence];
  const informative = subjects.flatMap(({ tests }) => tests).filter((test) => test.informative);
  const adjusted = holm(
    informative.map(({ p }) => p),
    informative.map(({ degrees = 1 }) => degrees),
  );
  let at = 0;
  const conclude = <T>({ tests: found, finish }: Draft<T>): T => {
    const tests = found.map(({ informative: counts, ...test }): DriftTest => {
      return { ...test, adjusted: counts ? adjusted[at++]! : 1 };
    });
    if (tests.length === 0) return finish(tests, 'unreferenced');
    if (!closed) return finish(tests, 'collecting');
    return finish(tests, tests.some((test) => test.adjusted <= significance) ? 'drifting' : 'ok');
  };
  return {
    features: features.map(conclude),
    predictions: { classes: conclude(classes), confidence: conclude(confidence) },
  };
}

function draftFeature(
  feature: FeatureReference,
  { values, missing, refused }: ReadCounts['features'][number],
  rows: number,
): Draft<FeatureDrift> {
  const known = total(feature.kind === 'categorical' ? feature.counts : [feature.known.total]);
  const taken = total(values);
  const rates = chiSquare(...poolRare([known, feature.missing, 0], [taken, missing, refused]));
  const drawn = feature.kind === 'categorical' ? categoryBins(feature, values) : numberBins(feature, values);
  const test: Found =
    feature.kind === 'categorical'
      ? found('values', 'chi2', chiSquare(...poolRare(feature.counts, values)))
      : found('values', 'ks', kolmogorovSmirnov(feature.known, cumulate(values)));
  const asked = taken + missing + refused;
  return {
    tests: [test, found('rates', 'chi2', rates)],
    finish: (tests, state) => ({
      name: feature.name,
      kind: feature.kind,
      state,
      psi: drawn.psi,
      tests,
      rates: {
        missing: { reference: share(feature.missing, known + feature.missing), window: share(missing, asked) },
        refused: { reference: 0, window: share(refused, asked) },
      },
      rows: rows === 0 ? 0 : taken,
      bins: drawn.bins,
    }),
  };
}

interface Drawn {
  readonly psi: number;
  readonly bins: DriftBin[];
}

function categoryBins({ values, counts }: Extract<FeatureReference, { kind: 'categorical' }>, seen: number[]): Drawn {
  return { psi: populationStability(counts, seen), bins: labelled(values, counts, seen) };
}

function numberBins({ edges, known }: Extract<FeatureReference, { kind: 'number' }>, cells: number[]): Drawn {
  const window = cumulate(cells);
  const bins = binsOf(edges, known, window);
  const psi = populationStability(
    bins.map((bin) => bin.reference),
    bins.map((bin) => bin.window),
  );
  return {
    psi,
    bins: bins.map(({ from, to, ...both }) => ({
      from,
      to,
      reference: share(both.reference, known.total),
      window: share(both.window, window.total),
    })),
  };
}

function draftClasses({ classes: { labels, counts, source } }: DriftReference, seen: ReadCounts): Draft<ClassDrift> {
  // What the training rows are labelled is not what a model answers to them: it is shown, and no reason for an alarm.
  const judged = counts !== null && source === 'predictions';
  const known = counts ?? labels.map(() => 0);
  return {
    tests: judged ? [found('values', 'chi2', chiSquare(...poolRare(known, seen.classes)))] : [],
    finish: (tests, state) => ({
      state,
      source: counts === null ? null : source,
      psi: counts === null ? null : populationStability(known, seen.classes),
      tests,
      bins: labelled(labels, known, seen.classes),
    }),
  };
}

function draftConfidence({ confidence: { edges, counts } }: DriftReference, seen: ReadCounts): Draft<ConfidenceDrift> {
  const known = counts ?? seen.confidence.map(() => 0);
  return {
    tests: counts === null ? [] : [found('values', 'ks', kolmogorovSmirnovOfBins(known, seen.confidence))],
    finish: (tests, state) => ({
      state,
      source: counts === null ? null : 'predictions',
      psi: counts === null ? null : populationStability(known, seen.confidence),
      tests,
      bins: known.map((count, bin) => ({
        from: edges[bin]!,
        to: edges[bin + 1]!,
        reference: share(count, total(known)),
        window: share(seen.confidence[bin]!, seen.answered),
      })),
    }),
  };
}

function labelled(labels: readonly string[], known: readonly number[], seen: readonly number[]): DriftBin[] {
  const [all, counted] = [total(known), total(seen)];
  return labels.map((label, place) => ({
    label,
    reference: share(known[place]!, all),
    window: share(seen[place]!, counted),
  }));
}

function found(of: Found['of'], method: Method, { degrees, ...result }: TestResult & { degrees?: number }): Found {
  return { of, method, ...result, ...(degrees === undefined ? {} : { degrees }), informative: degrees !== 0 };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
