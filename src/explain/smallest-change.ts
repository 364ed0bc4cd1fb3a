import type { Feature, Row } from '../core/signature.js';
import { candidatesOf, distanceOf, tidy } from './candidates.js';
import {
  type Change,
  type Option,
  searchCounterfactual,
  type SearchLimits,
  tighten,
  type Try,
} from './counterfactual.js';
import type { CounterfactualDto } from './explain-answers.dto.js';
import type { Subject } from './subject.js';

export interface Wish {
  /** Index of the class that is to win; any other than now when undefined. */
  readonly wanted: number | undefined;
  /** Features that must stay as they are. */
  readonly frozen: ReadonlySet<string>;
}

type Answer = Omit<CounterfactualDto, 'model' | 'version'>;

/** The smallest change of `row` that was found to change the class, predicted anew as it is given out. */
export async function smallestChange(subject: Subject, row: Row, wish: Wish, limits: SearchLimits): Promise<Answer> {
  const { features, classes } = subject.signature;
  const before = await subject.probabilities([row]);
  const winner = subject.slot.decide(before, 1)[0]!;
  const from = { label: classes[winner]!.label, probability: before[winner]! };
  if (wish.wanted === winner) return { found: true, from, to: from, changes: [], input: row, exhaustive: true };

  const changed = (changes: readonly Change[]): Row => ({
    ...row,
    ...Object.fromEntries(changes.map(({ feature, value }) => [features[feature]!.name, value])),
  });
  const attempt: Try = async (sets) => {
    const probabilities = await subject.probabilities(sets.map(changed));
    const winners = subject.slot.decide(probabilities, sets.length);
    return sets.map((_, index) => {
      const own = probabilities.subarray(index * classes.length, (index + 1) * classes.length);
      const flipped = wish.wanted === undefined ? winners[index] !== winner : winners[index] === wish.wanted;
      return { flipped, score: wish.wanted === undefined ? 1 - own[winner]! : own[wish.wanted]! };
    });
  };
  const options = features.map((feature) => (wish.frozen.has(feature.name) ? [] : optionsOf(subject, feature, row)));
  const found = await searchCounterfactual(options, limits, attempt);
  if (found === undefined) return { found: false, from };

  const between = (change: Change, share: number) => betweenOf(subject, features[change.feature]!, row, change, share);
  const changes = await tighten(found.changes, between, attempt);
  const input = changed(changes);
  const after = await subject.probabilities([input]);
  const won = subject.slot.decide(after, 1)[0]!;
  return {
    found: true,
    from,
    to: { label: classes[won]!.label, probability: after[won]! },
    changes: changes.map(({ feature, value }) => {
      const { name } = features[feature]!;
      return { feature: name, from: row[name] ?? null, to: value };
    }),
    input,
    exhaustive: found.exhaustive,
  };
}

function optionsOf({ manifest }: Subject, feature: Feature, row: Row): Option[] {
  const distribution = manifest.distributions.features[feature.name];
  const current = row[feature.name] ?? null;
  return candidatesOf(feature, distribution, current)
    .map((value) => ({ value, distance: distanceOf(feature, distribution, current, value) }))
    .filter(({ distance }) => distance > 0);
}

/** The number that is `share` of the way from the row's own to the changed one. */
function betweenOf(
  { manifest }: Subject,
  feature: Feature,
  row: Row,
  { value }: Change,
  share: number,
): Option | undefined {
  const current = row[feature.name];
  if (feature.kind !== 'number' || typeof current !== 'number' || typeof value !== 'number') return undefined;
  const between = tidy(current + (value - current) * share, feature, Math.abs(value - current));
  if (between === current || between === value) return undefined;
  const distance = distanceOf(feature, manifest.distributions.features[feature.name], current, between);
  return { value: between, distance };
}
