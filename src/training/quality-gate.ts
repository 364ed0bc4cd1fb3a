import type { CrossValidation, Evaluation } from '../model/package/manifest.js';
import { metric } from './evaluation-tables.js';

/** The least that a model must reach. */
export interface QualityGate {
  /** Of the held-out rows, and of the cross-validation's mean where there is one. */
  readonly accuracy: number;
  readonly macroF1: number;
}

/** A model that is packaged whatever it reaches, and why. */
export interface Exemption {
  readonly exempt: string;
}

/** What misses the gate, a sentence each. */
export function shortfallsOf(
  gate: QualityGate | Exemption,
  heldOut: Evaluation,
  crossValidation?: CrossValidation,
): string[] {
  if ('exempt' in gate) return [];
  const checks: [string, number, number][] = [
    ['Held-out accuracy', heldOut.accuracy, gate.accuracy],
    ['Held-out macro-F1', heldOut.macroF1, gate.macroF1],
  ];
  if (crossValidation) checks.push(['Cross-validated accuracy', crossValidation.mean, gate.accuracy]);
  return checks
    .filter(([, reached, least]) => !(reached >= least))
    .map(([what, reached, least]) => `${what} is ${metric(reached)}, at least ${least} is needed.`);
}
