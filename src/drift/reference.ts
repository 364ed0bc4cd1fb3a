import type { Signature } from '../core/signature.js';
import type { Manifest } from '../model/package/manifest.js';
import { decileKnowledge } from './number-cells.js';
import type { Cumulative } from './statistics.js';

type Deciles = Extract<Manifest['distributions']['features'][string], { kind: 'number' }>;

export interface CategoryReference {
  readonly kind: 'categorical';
  readonly name: string;
  readonly values: readonly string[];
  /** Training rows by value. */
  readonly counts: readonly number[];
  readonly missing: number;
}

export interface NumberReference {
  readonly kind: 'number';
  readonly name: string;
  /** The different ones among the deciles of the training rows, ascending. */
  readonly edges: readonly number[];
  /** What the package tells of the training rows at the edges. */
  readonly known: Cumulative;
  readonly missing: number;
}

export type FeatureReference = CategoryReference | NumberReference;

export interface ClassReference {
  readonly labels: readonly string[];
  /** Rows by class; null where the package tells of none. */
  readonly counts: readonly number[] | null;
  /** What the model answered to rows that training did not see, or what is written in the training rows. */
  readonly source: 'predictions' | 'training-labels';
}

export interface ConfidenceReference {
  /** Of the bins, ascending. */
  readonly edges: readonly number[];
  /** Held-out rows by bin; null where the package does not tell. */
  readonly counts: readonly number[] | null;
}

/** What the traffic of a version is compared with: all of it comes from its package. Plain data: it travels between processes. */
export interface DriftReference {
  readonly features: readonly FeatureReference[];
  readonly classes: ClassReference;
  readonly confidence: ConfidenceReference;
}

/** Bins of the confidence where the package has none. */
const TENTHS = Array.from({ length: 11 }, (_, tenth) => tenth / 10);

interface Package {
  readonly signature: Signature;
  readonly distributions: Manifest['distributions'];
}

export function referenceOf({ signature, distributions }: Package): DriftReference {
  const labels = signature.classes.map(({ label }) => label);
  const { predictions } = distributions;
  const byClass = predictions?.classes ?? distributions.classes;
  const known = labels.some((label) => (byClass[label] ?? 0) > 0);
  return {
    features: signature.features.flatMap((feature): FeatureReference[] => {
      const { name } = feature;
      const distribution = distributions.features[name];
      if (distribution?.kind === 'categorical' && feature.kind === 'categorical') {
        const counts = feature.values.map((value) => distribution.counts[value] ?? 0);
        return [{ kind: 'categorical', name, values: feature.values, counts, missing: distribution.missing }];
      }
      return distribution?.kind === 'number' && feature.kind === 'number' ? [numberReference(name, distribution)] : [];
    }),
    classes: {
      labels,
      counts: known ? labels.map((label) => byClass[label] ?? 0) : null,
      source: predictions === undefined ? 'training-labels' : 'predictions',
    },
    confidence: predictions?.confidence ?? { edges: TENTHS, counts: null },
  };
}

function numberReference(name: string, { deciles, count, atDeciles, missing }: Deciles): NumberReference {
  return { kind: 'number', name, ...decileKnowledge(deciles, count, atDeciles), missing };
}
