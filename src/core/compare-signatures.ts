import type { Feature, Signature } from './signature.js';

/**
 * Why rows of the one signature cannot be compared with rows of the other, a line a difference; empty when both accept
 * the same rows and know the same classes. How features are encoded, described or ordered does not matter, nor which
 * value stands in for a missing one.
 */
export function signatureDifferences(before: Signature, after: Signature): string[] {
  const names = (signature: Signature) => signature.features.map(({ name }) => name);
  const labels = (signature: Signature) => signature.classes.map(({ label }) => label);
  const shared = before.features.flatMap((feature) => {
    const twin = after.features.find(({ name }) => name === feature.name);
    return twin === undefined ? [] : featureDifferences(feature, twin);
  });
  return [
    ...setDifferences('feature', names(before), names(after)),
    ...shared,
    ...setDifferences('class', labels(before), labels(after)),
  ];
}

function setDifferences(what: string, before: readonly string[], after: readonly string[]): string[] {
  return [
    ...before.filter((name) => !after.includes(name)).map((name) => `${what} "${name}" is only in the first`),
    ...after.filter((name) => !before.includes(name)).map((name) => `${what} "${name}" is only in the second`),
  ];
}

function featureDifferences(before: Feature, after: Feature): string[] {
  const { name } = before;
  if (before.kind !== after.kind)
    return [`feature "${name}" is ${before.kind} in the first, ${after.kind} in the second`];
  const facts = [[factsOf(before), factsOf(after)] as const].flatMap(([first, second]) =>
    Object.keys(first)
      .filter((fact) => first[fact] !== second[fact])
      .map((fact) => `feature "${name}": ${fact} ${first[fact]} in the first, ${second[fact]} in the second`),
  );
  if (before.kind === 'number' || after.kind === 'number') return facts;
  return [...facts, ...setDifferences(`feature "${name}": value`, before.values, after.values)];
}

/** What decides whether a row is accepted. */
function factsOf(feature: Feature): Readonly<Record<string, string>> {
  const missing = feature.missing.policy === 'refuse' ? 'refused' : 'replaced';
  if (feature.kind !== 'number') return { 'a missing value is': missing };
  const { minimum, maximum, integer } = feature;
  return {
    'a missing value is': missing,
    'the minimum is': String(minimum ?? 'none'),
    'the maximum is': String(maximum ?? 'none'),
    'values are': integer ? 'whole numbers' : 'any numbers',
  };
}
