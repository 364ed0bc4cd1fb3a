import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, readFile, rename, rm, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageFolder } from './package-factory.js';

/** One way of spoiling a package. */
export interface Damage {
  readonly name: string;
  /** The problem that the package is refused with. */
  readonly fault: string;
  /** What the reason must name. */
  readonly names: RegExp;
  harm(folder: PackageFolder): Promise<unknown>;
}

type Json = Record<string, any>;

const GIB = 2 ** 30;

const editManifest = (edit: (manifest: Json) => void) => async (package_: PackageFolder) => {
  const manifest = await package_.json('manifest.json');
  edit(manifest);
  await package_.write('manifest.json', JSON.stringify(manifest));
};

const fileOf = (manifest: Json, name: string) => manifest.files.find(({ path }: Json) => path === name);

const forgeModel = (edit: (model: Json) => void) => async (package_: PackageFolder) => {
  const model = await package_.json('model.json');
  edit(model);
  await package_.forge('model.json', JSON.stringify(model));
};

/** Edits the weights, and makes the manifest agree with them. */
const forgeWeights = (edit: (bytes: Buffer) => Buffer) => async (package_: PackageFolder) => {
  const bytes = await readFile(package_.file('weights.bin'));
  await package_.forge('weights.bin', edit(bytes));
};

const replaceInModel = (from: string, to: string) =>
  forgeModel((model) => {
    model.modelTopology = JSON.parse(JSON.stringify(model.modelTopology).replace(from, to));
  });

const ofBytes: readonly Damage[] = [
  {
    name: 'a bit flipped in the weights',
    fault: 'digest-mismatch',
    names: /weights\.bin: its SHA-256 is/,
    async harm(package_) {
      const bytes = await readFile(package_.file('weights.bin'));
      bytes[1_000]! ^= 0x40;
      await package_.write('weights.bin', bytes);
    },
  },
  {
    name: 'a bit flipped in the weights, and the manifest forged to match',
    fault: 'golden-mismatch',
    names: /golden\.json/,
    harm: forgeWeights((bytes) => {
      // The sign of some weights: still numbers, and other ones.
      for (let at = 3; at < 2_000; at += 40) bytes[at]! ^= 0x80;
      return bytes;
    }),
  },
  {
    name: 'a truncated weights file',
    fault: 'file-truncated',
    names: /weights\.bin: has 1000 bytes, the manifest says \d+/,
    harm: (package_) => truncate(package_.file('weights.bin'), 1_000),
  },
  {
    name: 'a truncated weights file, and the manifest forged to match',
    fault: 'file-truncated',
    names: /weights take \d+ bytes, the weight files have 1000/,
    harm: forgeWeights((bytes) => bytes.subarray(0, 1_000)),
  },
  {
    name: 'a weights file that is too long',
    fault: 'digest-mismatch',
    names: /weights\.bin: has \d+ bytes, the manifest says/,
    harm: (package_) => appendFile(package_.file('weights.bin'), 'more'),
  },
  {
    name: 'a weights file that is too long, and the manifest forged to match',
    fault: 'model-invalid',
    names: /weights take \d+ bytes/,
    harm: forgeWeights((bytes) => Buffer.concat([bytes, Buffer.alloc(4)])),
  },
  {
    name: 'a NaN among the weights, and the manifest forged to match',
    fault: 'weights-not-finite',
    names: /number 100 of hidden_1\/kernel/,
    harm: forgeWeights((bytes) => (bytes.writeFloatLE(NaN, 400), bytes)),
  },
  {
    name: 'an infinity as the last weight, and the manifest forged to match',
    fault: 'weights-not-finite',
    names: /number 3 of probabilities\/bias/,
    harm: forgeWeights((bytes) => (bytes.writeFloatLE(-Infinity, bytes.length - 4), bytes)),
  },
];

const ofFiles: readonly Damage[] = [
  {
    name: 'a missing file',
    fault: 'file-missing',
    names: /weights\.bin/,
    harm: (package_) => rm(package_.file('weights.bin')),
  },
  {
    name: 'a file that the manifest does not list',
    fault: 'file-unlisted',
    names: /extra\.js/,
    harm: (package_) => package_.write('extra.js', ''),
  },
  {
    name: 'a folder in the place of a file',
    fault: 'file-irregular',
    names: /weights\.bin: is not a regular file/,
    async harm(package_) {
      await rm(package_.file('weights.bin'));
      await mkdir(package_.file('weights.bin'));
    },
  },
  {
    name: 'a pipe in the place of a file',
    fault: 'file-irregular',
    names: /weights\.bin: is not a regular file/,
    async harm(package_) {
      await rm(package_.file('weights.bin'));
      execFileSync('mkfifo', [package_.file('weights.bin')]);
    },
  },
  {
    name: 'a symbolic link in the place of a file',
    fault: 'path-symlink',
    names: /weights\.bin: symbolic links/,
    async harm(package_) {
      await rename(package_.file('weights.bin'), join(package_.models, 'elsewhere.bin'));
      await symlink(join(package_.models, 'elsewhere.bin'), package_.file('weights.bin'));
    },
  },
  {
    name: 'a symbolic link in the place of the manifest',
    fault: 'path-symlink',
    names: /manifest\.json: symbolic links/,
    async harm(package_) {
      await rename(package_.file('manifest.json'), join(package_.models, 'elsewhere.json'));
      await symlink(join(package_.models, 'elsewhere.json'), package_.file('manifest.json'));
    },
  },
  {
    name: 'a folder that is a symbolic link',
    fault: 'path-symlink',
    names: /part: symbolic links/,
    async harm(package_) {
      await mkdir(join(package_.models, 'outside'));
      await rename(package_.file('weights.bin'), join(package_.models, 'outside/weights.bin'));
      await symlink(join(package_.models, 'outside'), package_.file('part'));
      await editManifest((manifest) => (fileOf(manifest, 'weights.bin').path = 'part/weights.bin'))(package_);
    },
  },
  ...(
    [
      ['../../../secret.bin', 'path-not-confined'],
      ['a/../../b', 'path-not-confined'],
      ['a\\b', 'path-not-confined'],
      ['C:\\secret.bin', 'path-not-confined'],
      ['a\0b', 'path-not-confined'],
      ['./weights.bin', 'path-not-confined'],
      ['a//b', 'path-not-confined'],
      ['/etc/passwd', 'path-absolute'],
      ['https://example.com/weights.bin', 'path-remote'],
    ] as const
  ).map(([path, fault]) => ({
    name: `a listed path ${JSON.stringify(path)}`,
    fault,
    names: /must stay inside|holds all of its files itself/,
    harm: editManifest((manifest) => (manifest.files[0].path = path)),
  })),
  ...(
    [
      ['../../secret.bin', 'path-not-confined'],
      ['/secret.bin', 'path-absolute'],
      ['http://example.com/secret.bin', 'path-remote'],
      ['file:///secret.bin', 'path-remote'],
    ] as const
  ).map(([path, fault]) => ({
    name: `a weights path ${path}, and the manifest forged to match`,
    fault,
    names: /secret\.bin/,
    harm: forgeModel((model) => (model.weightsManifest[0].paths = [path])),
  })),
  {
    name: 'more bytes than a package may have',
    fault: 'package-too-large',
    names: /manifest\.json: lists 2147\d+ bytes, of 1073741824 at most/,
    async harm(package_) {
      await truncate(package_.file('weights.bin'), 2 * GIB);
      await editManifest((manifest) => (fileOf(manifest, 'weights.bin').bytes = 2 * GIB))(package_);
    },
  },
  {
    name: 'more bytes in one file than its manifest says and memory holds',
    fault: 'digest-mismatch',
    names: /weights\.bin: has 68719476736 bytes/,
    harm: (package_) => truncate(package_.file('weights.bin'), 64 * GIB),
  },
  {
    name: 'a manifest that is too large by itself',
    fault: 'package-too-large',
    names: /manifest\.json: has 2147483648 bytes/,
    harm: (package_) => truncate(package_.file('manifest.json'), 2 * GIB),
  },
];

const ofManifest: readonly Damage[] = [
  {
    name: 'no manifest',
    fault: 'manifest-missing',
    names: /manifest\.json/,
    harm: (package_) => rm(package_.file('manifest.json')),
  },
  {
    name: 'a manifest that is no JSON',
    fault: 'manifest-invalid',
    names: /manifest\.json: is not valid JSON/,
    harm: (package_) => package_.write('manifest.json', '{'),
  },
  {
    name: 'a manifest without a licence',
    fault: 'manifest-invalid',
    names: /licence/,
    harm: editManifest((manifest) => delete manifest.licence),
  },
  {
    name: 'a manifest with a field too many',
    fault: 'manifest-invalid',
    names: /onLoad/,
    harm: editManifest((manifest) => (manifest.onLoad = 'rm -rf /')),
  },
  {
    name: 'a manifest of another version',
    fault: 'manifest-invalid',
    names: /9\.9\.9/,
    harm: editManifest((manifest) => (manifest.version = '9.9.9')),
  },
  {
    name: 'a feature called __proto__',
    fault: 'manifest-invalid',
    names: /signature\.features\.0\.name/,
    harm: editManifest((manifest) => (manifest.signature.features[0].name = '__proto__')),
  },
  {
    name: 'a manifest that is nested without end',
    fault: 'manifest-invalid',
    names: /manifest\.json: is nested more than 200 deep/,
    async harm(package_) {
      const text = await readFile(package_.file('manifest.json'), 'utf8');
      const deep = `"deep":${'['.repeat(200_000)}${']'.repeat(200_000)},`;
      await package_.write('manifest.json', text.replace('"hyperparameters": {', `"hyperparameters": {${deep}`));
    },
  },
  {
    name: 'a signature with a value too few',
    fault: 'signature-mismatch',
    names: /takes 21 numbers a row, the signature's features make 20/,
    harm: editManifest((manifest) => manifest.signature.features[2].values.pop()),
  },
  {
    name: 'a signature with a class too many, also in the golden records',
    fault: 'signature-mismatch',
    names: /answers 4 numbers a row, the signature has 5 classes/,
    async harm(package_) {
      await editManifest((manifest) => manifest.signature.classes.push({ label: 'super', title: 'Super' }))(package_);
      const golden = await package_.json('golden.json');
      for (const { probabilities } of golden.records) probabilities.push(0);
      await package_.forge('golden.json', JSON.stringify(golden));
    },
  },
  {
    name: 'a signature with a class too many',
    fault: 'golden-invalid',
    names: /golden\.json: record 0 must have 5/,
    harm: editManifest((manifest) => manifest.signature.classes.push({ label: 'super', title: 'Super' })),
  },
  {
    name: 'too few golden records',
    fault: 'golden-invalid',
    names: /golden\.json: records/,
    harm: async (package_) =>
      package_.forge(
        'golden.json',
        JSON.stringify({ records: (await package_.json('golden.json')).records.slice(1, 9) }),
      ),
  },
  {
    name: 'golden records that the model does not give',
    fault: 'golden-mismatch',
    names: /record 3/,
    async harm(package_) {
      const golden = await package_.json('golden.json');
      golden.records[3].probabilities.reverse();
      await package_.forge('golden.json', JSON.stringify(golden));
    },
  },
];

const ofModel: readonly Damage[] = [
  {
    name: 'weight entries in another order',
    fault: 'digest-mismatch',
    names: /model\.json/,
    async harm(package_) {
      const [kernel, bias] = ['"hidden_1/kernel"', '"hidden_1/bias"'] as const;
      const text = await readFile(package_.file('model.json'), 'utf8');
      const swapped = text.replace(kernel, '""').replace(bias, kernel).replace('""', bias);
      await package_.write('model.json', swapped);
    },
  },
  {
    name: 'weight entries in another order, and the manifest forged to match',
    fault: 'weights-order',
    names: /lists probabilities\/bias before probabilities\/kernel/,
    harm: forgeModel((model) => model.weightsManifest[0].weights.reverse()),
  },
  {
    name: 'the weight entries of two layers in the place of each other, and the manifest forged to match',
    fault: 'weights-order',
    names: /lists hidden_2\/bias before hidden_1\/kernel/,
    harm: forgeModel((model) => {
      const { weights } = model.weightsManifest[0];
      weights.push(...weights.splice(0, 2), ...weights.splice(2, 2));
    }),
  },
  {
    name: 'a weight of a type that is none',
    fault: 'model-invalid',
    names: /hidden_1\/kernel is of the type string/,
    harm: forgeModel((model) => (model.weightsManifest[0].weights[0].dtype = 'string')),
  },
  ...['Lambda', 'MyLayer', '__proto__'].map((name) => ({
    name: `a layer of the class ${name}`,
    fault: 'layer-unknown',
    names: new RegExp(`model\\.json: has a "${name}"`),
    harm: replaceInModel('"class_name":"Dense"', `"class_name":"${name}"`),
  })),
  {
    name: 'a custom layer inside of a layer',
    fault: 'layer-unknown',
    names: /model\.json: has a "MyCell"/,
    harm: forgeModel((model) => {
      const [, first] = model.modelTopology.config.layers;
      first.config.layer = { class_name: 'MyCell', config: {} };
    }),
  },
  {
    name: 'a layer that is loaded from elsewhere',
    fault: 'path-remote',
    names: /model\.json: refers to "https:\/\/example\.com\/layer\.json"/,
    harm: forgeModel(
      (model) => (model.modelTopology.config.layers[1].config.source = 'https://example.com/layer.json'),
    ),
  },
  {
    name: 'a layer without its weights',
    fault: 'file-truncated',
    names: /weights take/,
    harm: forgeModel((model) => (model.weightsManifest[0].weights[0].shape = [2_100, 64])),
  },
  {
    name: 'weights of the wrong shape',
    fault: 'model-invalid',
    names: /model\.json: TensorFlow\.js cannot load it/,
    harm: forgeModel((model) => (model.weightsManifest[0].weights[0].shape = [64, 21])),
  },
  {
    name: 'a topology that is nested without end',
    fault: 'model-invalid',
    names: /model\.json: is nested more than 200 deep/,
    async harm(package_) {
      const text = await readFile(package_.file('model.json'), 'utf8');
      const deep = `"deep":${'['.repeat(200_000)}${']'.repeat(200_000)},`;
      await package_.forge('model.json', text.replace('"layers":', `${deep}"layers":`));
    },
  },
  {
    name: 'no topology',
    fault: 'model-invalid',
    names: /model\.json: modelTopology/,
    harm: forgeModel((model) => delete model.modelTopology),
  },
  {
    name: 'no weights manifest',
    fault: 'model-invalid',
    names: /model\.json: weightsManifest/,
    harm: forgeModel((model) => delete model.weightsManifest),
  },
];

/** Every kind of damage, as it is done to a copy of car-evaluation 2.0.0. */
export const DAMAGES: readonly Damage[] = [...ofBytes, ...ofFiles, ...ofManifest, ...ofModel];
