import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { readPrivateKey } from '../../core/ed25519.js';
import { SIGNATURE_FILE } from '../../model/package/signature-file.js';
import { signPackage } from '../../model/package/signing.js';
import { EXIT } from '../exit.js';
import { type ModelCommand, PACKAGE_ARGUMENT } from './command.js';
import { findPackage } from './find-package.js';
import { keyOption } from './key-option.js';

export const sign: ModelCommand = {
  name: 'sign',
  examples: ['sign car-evaluation --key private.pem'],
  build: (command, run) =>
    command
      .description(`Signs a package: writes ${SIGNATURE_FILE} beside its manifest.`)
      .argument('<package>', PACKAGE_ARGUMENT)
      .addOption(
        keyOption('--key <file>', 'PEM file with an Ed25519 private key', readPrivateKey).makeOptionMandatory(),
      )
      .addHelpText(
        'after',
        '\nopenssl genpkey -algorithm ed25519 makes a private key, openssl pkey -pubout its public half.',
      )
      .action(
        run(async ({ config }, text: string, { key }: { readonly key: KeyObject }) => {
          const { ref, folder } = await findPackage(text, config);
          await signPackage(folder, ref, key);
          const file = join(folder, SIGNATURE_FILE);
          return { code: EXIT.ok, json: { ...ref, file }, text: `${ref.name} ${ref.version} is signed: ${file}` };
        }),
      ),
};
