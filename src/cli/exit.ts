import { ConfigError } from '../config/env-rules.js';
import { type ErrorCode, type PackageFault, TensornestError } from '../core/errors.js';

/** What the commands end with. */
export const EXIT = { ok: 0, failure: 1, usage: 2, qualityGate: 3, verification: 4 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The words of a command line name something that does not exist or cannot be. The message says what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The codes of packages that are not what they say they are. */
const FAULTS: Readonly<Record<PackageFault, ExitCode>> = {
  'manifest-missing': EXIT.verification,
  'manifest-invalid': EXIT.verification,
  'path-not-confined': EXIT.verification,
  'path-absolute': EXIT.verification,
  'path-remote': EXIT.verification,
  'path-symlink': EXIT.verification,
  'package-too-large': EXIT.verification,
  'file-missing': EXIT.verification,
  'file-unlisted': EXIT.verification,
  'file-irregular': EXIT.verification,
  'file-truncated': EXIT.verification,
  'digest-mismatch': EXIT.verification,
  'model-invalid': EXIT.verification,
  'layer-unknown': EXIT.verification,
  'weights-order': EXIT.verification,
  'weights-not-finite': EXIT.verification,
  'golden-invalid': EXIT.verification,
  'signature-mismatch': EXIT.verification,
  'golden-mismatch': EXIT.verification,
  'signature-missing': EXIT.verification,
  'signature-invalid': EXIT.verification,
  'tarball-corrupt': EXIT.verification,
  'tarball-layout': EXIT.verification,
  'tarball-link': EXIT.verification,
  'tarball-device': EXIT.verification,
  'tarball-duplicate': EXIT.verification,
  'tarball-too-large': EXIT.verification,
  'tarball-too-many-files': EXIT.verification,
  'tarball-bomb': EXIT.verification,
};

/** The exit code that `error` ends a command with. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError || error instanceof ConfigError) return EXIT.usage;
  if (!(error instanceof TensornestError)) return EXIT.failure;
  return (FAULTS as Partial<Record<ErrorCode, ExitCode>>)[error.code] ?? EXIT.failure;
}
