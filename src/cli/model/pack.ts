import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { packTarball } from '../../model/package/tarball.js';
import { EXIT } from '../exit.js';
import { type ModelCommand, PACKAGE_ARGUMENT } from './command.js';
import { findPackage } from './find-package.js';
import { bytesText } from './texts.js';

export const pack: ModelCommand = {
  name: 'pack',
  examples: ['pack car-evaluation', 'pack ./models/penguins/1.0.0 --out ./dist'],
  build: (command, run) =>
    command
      .description('Makes an npm tarball of a package, named for MODEL_SCOPE if that is set.')
      .argument('<package>', PACKAGE_ARGUMENT)
      .option('--out <folder>', 'the folder to write the tarball to', '.')
      .action(
        run(async ({ config }, text: string, options: { readonly out: string }) => {
          const { ref, folder } = await findPackage(text, config);
          const { packageJson, tarball } = await packTarball(folder, ref, config.models.scope);
          const { name, version } = packageJson;
          const file = join(resolve(options.out), fileName(name, version));
          await mkdir(options.out, { recursive: true });
          await writeFile(file, tarball);
          const bytes = tarball.byteLength;
          return { code: EXIT.ok, json: { name, version, file, bytes }, text: `${file} (${bytesText(bytes)})` };
        }),
      ),
};

/** As `npm pack` names it: `acme-penguins-1.0.0.tgz`. */
function fileName(name: string, version: string): string {
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
}
