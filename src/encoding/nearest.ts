import { closestMatch } from 'leven';

/** Longer texts are no slips of the pen, and comparing them would cost a client nothing and us much. */
const LONGEST = 64;

/** The candidate that `text` was probably meant to be, regardless of case, or undefined when none is close. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  if (text.length > LONGEST) return undefined;
  const lower = candidates.map((candidate) => candidate.toLowerCase());
  const match = closestMatch(text.toLowerCase(), lower, { maxDistance: Math.max(1, Math.ceil(text.length / 2)) });
  return match === undefined ? undefined : candidates[lower.indexOf(match)];
}
