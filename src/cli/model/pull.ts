import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { reasonOf } from '../../core/errors.js';
import { type ModelSpec, parseModelSpec } from '../../model/store/model-spec.js';
import { pull as pullModel } from '../../model/store/pull.js';
import { sweepStaging } from '../../model/store/staging-folder.js';
import { EXIT } from '../exit.js';
import type { ModelCommand } from './command.js';
import { connect } from './registry.js';

export const pull: ModelCommand = {
  name: 'pull',
  examples: ['pull car-evaluation', 'pull car-evaluation@^2', 'pull penguins@stable'],
  build: (command, run) =>
    command
      .description('Brings a package from the registry that .npmrc names for MODEL_SCOPE into the models folder.')
      .argument('<spec>', 'a name, name@version, name@range or name@dist-tag', parseSpec)
      .action(
        run(async ({ config }, spec: ModelSpec) => {
          const { dir, requireSignature } = config.models;
          const registry = await connect(config);
          await sweepStaging(dir);
          const { ref, present } = await pullModel(registry, spec, dir, { requireSignature });
          const folder = join(dir, ref.name, ref.version);
          const text = `${ref.name} ${ref.version} ${present ? 'is already in' : 'was installed into'} ${folder}`;
          return { code: EXIT.ok, json: { ...ref, folder, present }, text };
        }),
      ),
};

function parseSpec(text: string): ModelSpec {
  try {
    return parseModelSpec(text);
  } catch (error) {
    throw new InvalidArgumentError(reasonOf(error));
  }
}
