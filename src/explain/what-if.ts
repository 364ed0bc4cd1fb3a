import type { Row } from '../core/signature.js';
import { candidatesOf } from './candidates.js';
import type { WhatIfDto } from './explain-answers.dto.js';
import type { Subject } from './subject.js';

/** For each of these features, what the model would say of `row` with every other value of it. */
export async function responseCurves(
  subject: Subject,
  row: Row,
  wanted: readonly string[],
): Promise<WhatIfDto['features']> {
  const { distributions } = subject.manifest;
  const { features, classes } = subject.signature;
  const curves = features
    .filter(({ name }) => wanted.includes(name))
    .map((feature) => {
      const current = row[feature.name] ?? null;
      return { feature, current, values: candidatesOf(feature, distributions.features[feature.name], current) };
    });
  const rows = curves.flatMap(({ feature, values }) => values.map((value) => ({ ...row, [feature.name]: value })));
  const probabilities = await subject.probabilities(rows);
  let at = 0;
  return curves.map(({ feature, current, values }) => {
    const start = at;
    at += values.length;
    const ofClass = (column: number) =>
      values.map((_, index) => probabilities[(start + index) * classes.length + column]!);
    return {
      feature: feature.name,
      kind: feature.kind,
      current,
      values,
      probabilities: Object.fromEntries(classes.map(({ label }, column) => [label, ofClass(column)])),
    };
  });
}
