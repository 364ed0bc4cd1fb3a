import { z } from 'zod';
import { type Manifest, SignatureSchema } from '../model/package/manifest.js';

/** What a training file says where the training rows decide. */
const LEARN = 'learn';

/** A signature of which a part is learnt from the training rows. */
export interface SignatureDraft {
  /** Complete: neutral values stand in for what is learnt, so it accepts the very rows that the signature will accept. */
  readonly provisional: Manifest['signature'];
  /** The number features whose mean and standard deviation are learnt, by name. */
  readonly normalisation: ReadonlySet<string>;
  /** The features whose stand-in for a missing value is learnt, by name. */
  readonly missing: ReadonlySet<string>;
}

/**
 * A signature as the manifest has it, but `"normalisation": "learn"` and `"missing": "learn"` are allowed: the training
 * rows then give mean and standard deviation, and the median or most frequent value to stand in for a missing one.
 */
export const SignatureDraftSchema = z.unknown().transform((raw, context): SignatureDraft => {
  const parsed = SignatureSchema.safeParse(withStandIns(raw));
  if (!parsed.success) {
    context.issues.push(...(parsed.error.issues.map(withFix) as z.core.$ZodRawIssue[]));
    return z.NEVER;
  }
  return {
    provisional: parsed.data,
    normalisation: namesOfLearnt(raw, 'normalisation'),
    missing: namesOfLearnt(raw, 'missing'),
  };
});

/** The schema knows nothing of "learn" where the word is misspelt. */
function withFix(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  const learnable = issue.path.at(-1) === 'normalisation' || issue.path.at(-1) === 'missing';
  return learnable ? { ...issue, message: `must be an object as in a manifest, or "${LEARN}"` } : issue;
}

interface RawFeature {
  readonly name?: unknown;
  readonly kind?: unknown;
  readonly example?: unknown;
  readonly normalisation?: unknown;
  readonly missing?: unknown;
}

function withStandIns(raw: unknown): unknown {
  const features = featuresOf(raw);
  return features.length === 0 ? raw : { ...(raw as object), features: features.map(withStandIn) };
}

/** What is no feature at all is left for the schema to refuse. */
function withStandIn(feature: unknown): unknown {
  if (typeof feature !== 'object' || feature === null) return feature;
  const { kind, example, normalisation, missing } = feature as RawFeature;
  return {
    ...feature,
    ...(normalisation === LEARN && kind === 'number' ? { normalisation: { mean: 0, std: 1 } } : {}),
    ...(missing === LEARN ? { missing: { policy: 'default', value: example } } : {}),
  };
}

function namesOfLearnt(raw: unknown, part: 'normalisation' | 'missing'): Set<string> {
  const features = featuresOf(raw) as RawFeature[];
  return new Set(features.filter((feature) => feature[part] === LEARN).map(({ name }) => name as string));
}

function featuresOf(raw: unknown): readonly unknown[] {
  const features = (raw as { features?: unknown } | null | undefined)?.features;
  return Array.isArray(features) ? (features as readonly unknown[]) : [];
}
