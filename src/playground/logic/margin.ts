import type { Decision, Result } from '../types.js';
import { percent, points } from './format.js';

const distance = (difference: number) => points(Math.abs(difference)).replace('+', '');

/** By how much the class was answered: before the next one, or past the threshold where there is one. */
export function marginText({ label, probabilities }: Result, decision?: Decision): string {
  if (decision !== undefined) {
    const { positive, threshold } = decision;
    const over = (probabilities[positive] ?? 0) - threshold;
    const place = `${distance(over)} points ${label === positive ? 'above' : 'below'} its threshold of ${percent(threshold)}`;
    return label === positive ? `${label}, ${place}` : `${label}, as ${positive} is ${place}`;
  }
  const [next] = Object.entries(probabilities)
    .filter(([other]) => other !== label)
    .sort(([, a], [, b]) => b - a);
  if (next === undefined) return label;
  return `${label}, ${points((probabilities[label] ?? 0) - next[1]).replace('+', '')} points ahead of ${next[0]}`;
}
