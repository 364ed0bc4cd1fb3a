import { prerelease } from 'semver';
import { packTarball } from '../../model/package/tarball.js';
import { EXIT, UsageError } from '../exit.js';
import { type ModelCommand, PACKAGE_ARGUMENT } from './command.js';
import { findPackage } from './find-package.js';
import { connect } from './registry.js';

export const publish: ModelCommand = {
  name: 'publish',
  examples: ['publish car-evaluation', 'publish car-evaluation@2.0.0 --tag stable'],
  build: (command, run) =>
    command
      .description('Packs a package and publishes it to the registry that .npmrc names for MODEL_SCOPE.')
      .argument('<package>', PACKAGE_ARGUMENT)
      .option('--tag <dist-tag>', 'the dist-tag that stands for this version from now on (default: latest)')
      .action(
        run(async ({ config }, text: string, options: { readonly tag?: string }) => {
          const { ref, folder } = await findPackage(text, config);
          const tag = tagFor(ref.version, options.tag);
          const registry = await connect(config);
          const packed = await packTarball(folder, ref, config.models.scope);
          await registry.publish(packed, tag);
          const { name, version } = packed.packageJson;
          return {
            code: EXIT.ok,
            json: { name, version, tag, registry: registry.place },
            text: `${name}@${version} is published at ${registry.place} as ${tag}.`,
          };
        }),
      ),
};

/** Nobody who asks for the latest version means a pre-release. */
function tagFor(version: string, tag: string | undefined): string {
  if (tag === undefined && prerelease(version) !== null) {
    throw new UsageError(`${version} is a pre-release: name its dist-tag, such as --tag next.`);
  }
  return tag ?? 'latest';
}
