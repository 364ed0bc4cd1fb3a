import type { KeyObject } from 'node:crypto';
import { readPublicKey } from '../../core/ed25519.js';
import { readPackage } from '../../model/package/reader.js';
import { hasSignature } from '../../model/package/signature-file.js';
import { EXIT } from '../exit.js';
import { type ModelCommand, PACKAGE_ARGUMENT } from './command.js';
import { findPackage } from './find-package.js';
import { keyOption } from './key-option.js';
import { withSlot } from './run-slot.js';

/** What is known of a signature: nobody looked, somebody did, or there is none. */
type SignatureState = 'verified' | 'not-checked' | 'none';

const SIGNATURE_TEXTS: Readonly<Record<SignatureState, string>> = {
  verified: 'signed by the owner of the key',
  'not-checked': 'signed, but by whom was not checked (--key)',
  none: 'not signed',
};

export const verify: ModelCommand = {
  name: 'verify',
  examples: ['verify car-evaluation', 'verify car-evaluation@2.0.0 --key public.pem'],
  build: (command, run) =>
    command
      .description(
        'Checks a package as the service does: digests, signature, golden records. Ends with 4 on any fault.',
      )
      .argument('<package>', PACKAGE_ARGUMENT)
      .addOption(
        keyOption(
          '--key <file>',
          'PEM file with the Ed25519 public key of who must have signed it (default: REQUIRE_SIGNATURE)',
          readPublicKey,
        ),
      )
      .action(
        run(async ({ config }, text: string, options: { readonly key?: KeyObject }) => {
          const { ref, folder } = await findPackage(text, config);
          const requireSignature = options.key ?? config.models.requireSignature;
          const found = await readPackage(folder, ref, { requireSignature });
          await withSlot(found, config, () => Promise.resolve());
          const signature = await stateOf(folder, requireSignature);
          const { digest, manifest, golden } = found;
          const [files, records] = [manifest.files.length, golden.records.length];
          return {
            code: EXIT.ok,
            json: { ...ref, digest, files, goldenRecords: records, signature },
            text: `${ref.name} ${ref.version} is sound: ${files} files as listed, ${records} golden records reproduced, ${SIGNATURE_TEXTS[signature]}.`,
          };
        }),
      ),
};

async function stateOf(folder: string, required: KeyObject | null): Promise<SignatureState> {
  if (required !== null) return 'verified';
  return (await hasSignature(folder)) ? 'not-checked' : 'none';
}
