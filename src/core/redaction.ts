import type { Row, Signature } from './signature.js';

/** Stands for the value of a feature that the signature marks as sensitive. */
export const REDACTED = '[redacted]';

/** Whether inputs can be recorded as they are. */
export function isPublic({ features }: Signature): boolean {
  return !features.some(({ sensitive }) => sensitive);
}

/** The rows with every sensitive value covered, for wherever inputs are recorded. */
export function redact({ features }: Signature, rows: readonly Row[]): readonly Row[] {
  const sensitive = features.filter((feature) => feature.sensitive).map(({ name }) => name);
  const cover = Object.fromEntries(sensitive.map((name) => [name, REDACTED]));
  return rows.map((row) => ({ ...row, ...cover }));
}
