import { cp, mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyPackage, type PackageFolder } from '../support/package-factory.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

let folder: PackageFolder;
let service: TestApp | undefined;
beforeEach(async () => {
  folder = await copyPackage();
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  await folder.remove();
});

interface Damage {
  readonly name: string;
  /** The problem that the package is refused with. */
  readonly fault: string;
  /** What the reason must name. */
  readonly names: RegExp;
  harm(folder: PackageFolder): Promise<void>;
}

const editManifest = (edit: (manifest: Record<string, any>) => void) => async (package_: PackageFolder) => {
  const manifest = await package_.json('manifest.json');
  edit(manifest);
  await package_.write('manifest.json', JSON.stringify(manifest));
};

const forgeModel = (edit: (model: Record<string, any>) => void) => async (package_: PackageFolder) => {
  const model = await package_.json('model.json');
  edit(model);
  await package_.forge('model.json', JSON.stringify(model));
};

const readWeights = async (package_: PackageFolder) =>
  (await import('node:fs/promises')).readFile(package_.file('weights.bin'));

const DAMAGES: readonly Damage[] = [
  {
    name: 'a bit flipped in the weights',
    fault: 'digest-mismatch',
    names: /weights\.bin/,
    async harm(package_) {
      const bytes = await readWeights(package_);
      bytes[1_000]! ^= 0x40;
      await package_.write('weights.bin', bytes);
    },
  },
  {
    name: 'a bit flipped in the weights, and the manifest forged to match',
    fault: 'golden-mismatch',
    names: /golden\.json/,
    async harm(package_) {
      const bytes = await readWeights(package_);
      for (let at = 3; at < 2_000; at += 40) bytes[at]! ^= 0x40;
      await package_.forge('weights.bin', bytes);
    },
  },
  {
    name: 'weight entries in another order',
    fault: 'digest-mismatch',
    names: /model\.json/,
    async harm(package_) {
      const model = await package_.json('model.json');
      model.weightsManifest[0].weights.reverse();
      await package_.write('model.json', JSON.stringify(model));
    },
  },
  {
    name: 'weight entries in another order, and the manifest forged to match',
    fault: 'golden-mismatch',
    names: /golden\.json/,
    harm: forgeModel((model) => model.weightsManifest[0].weights.reverse()),
  },
  {
    name: 'a truncated weights file',
    fault: 'digest-mismatch',
    names: /weights\.bin: has \d+ bytes/,
    harm: (package_) => truncate(package_.file('weights.bin'), 1_000),
  },
  {
    name: 'NaN among the weights, and the manifest forged to match',
    fault: 'golden-mismatch',
    names: /golden\.json/,
    async harm(package_) {
      const bytes = await readWeights(package_);
      for (let at = 0; at < 400; at += 4) bytes.writeFloatLE(NaN, at);
      await package_.forge('weights.bin', bytes);
    },
  },
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
    name: 'a symbolic link in the place of a file',
    fault: 'path-not-confined',
    names: /weights\.bin/,
    async harm(package_) {
      await rename(package_.file('weights.bin'), join(package_.models, 'elsewhere.bin'));
      await symlink(join(package_.models, 'elsewhere.bin'), package_.file('weights.bin'));
    },
  },
  {
    name: 'a folder that is a symbolic link',
    fault: 'path-not-confined',
    names: /part/,
    async harm(package_) {
      await mkdir(join(package_.models, 'outside'));
      await rename(package_.file('weights.bin'), join(package_.models, 'outside/weights.bin'));
      await symlink(join(package_.models, 'outside'), package_.file('part'));
      await editManifest((manifest) => {
        manifest.files.find(({ path }: { path: string }) => path === 'weights.bin').path = 'part/weights.bin';
      })(package_);
    },
  },
  ...['../../../secret.bin', '/etc/passwd', 'a/../../b', 'a\\b', 'a\0b', './weights.bin', 'a//b'].map((path) => ({
    name: `a listed path ${JSON.stringify(path)}`,
    fault: 'path-not-confined',
    names: /must stay inside/,
    harm: editManifest((manifest) => {
      manifest.files[0].path = path;
    }),
  })),
  {
    name: 'a weights path that leaves the package, and the manifest forged to match',
    fault: 'path-not-confined',
    names: /secret\.bin/,
    harm: forgeModel((model) => {
      model.weightsManifest[0].paths = ['../../secret.bin'];
    }),
  },
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
    names: /2\.0\.1/,
    harm: editManifest((manifest) => (manifest.version = '2.0.1')),
  },
  {
    name: 'a feature called __proto__',
    fault: 'manifest-invalid',
    names: /signature\.features\.0\.name/,
    harm: editManifest((manifest) => (manifest.signature.features[0].name = '__proto__')),
  },
  {
    name: 'a signature with a value too few',
    fault: 'signature-mismatch',
    names: /takes 21 numbers a row, the signature's features make 20/,
    harm: editManifest((manifest) => manifest.signature.features[2].values.pop()),
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
  {
    name: 'an unknown layer class',
    fault: 'model-invalid',
    names: /model\.json: .*Lambda/,
    harm: forgeModel((model) => {
      model.modelTopology = JSON.parse(JSON.stringify(model.modelTopology).replace('"Dense"', '"Lambda"'));
    }),
  },
  {
    name: 'no topology',
    fault: 'model-invalid',
    names: /model\.json/,
    harm: forgeModel((model) => delete model.modelTopology),
  },
  {
    name: 'no weights manifest',
    fault: 'model-invalid',
    names: /weightsManifest/,
    harm: forgeModel((model) => delete model.weightsManifest),
  },
];

describe('a package with', () => {
  it.each(DAMAGES)('$name is refused by name', async ({ harm, fault, names }) => {
    await harm(folder);
    service = await startTestApp({ MODELS_DIR: folder.models });

    const { body } = await service.get('/api/v1/models/car-evaluation');
    expect(body.versions).toEqual([
      { version: '2.0.0', state: 'failed', default: false, fault, reason: expect.stringMatching(names) },
    ]);
    expect(body.versions[0].reason).not.toContain(folder.models);

    const ready = await service.get('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.body.error['car-evaluation'].message).toMatch(names);

    const answer = await service.predict([ARTICLE_ROW]);
    expect(answer.status).toBe(503);
    expect(answer.body.type).toBe('/problems/model-not-ready');
  });
});

describe('a refused package', () => {
  it('does not keep another version from serving', async () => {
    const bad = join(dirname(folder.path), '2.1.0');
    await cp(folder.path, bad, { recursive: true });
    await writeFile(join(bad, 'weights.bin'), '');
    service = await startTestApp({ MODELS_DIR: folder.models });
    const { status, body } = await service.predict([ARTICLE_ROW]);
    expect([status, body.version]).toEqual([200, '2.0.0']);
    expect((await service.get('/health/ready')).status).toBe(200);
  });

  it('leaves no tensor behind', async () => {
    const tf = await import('@tensorflow/tfjs-core');
    await DAMAGES.find(({ name }) => name === 'an unknown layer class')!.harm(folder);
    const { ModelLifecycle } = await import('../../src/model/model-lifecycle.js');
    service = await startTestApp({ MODELS_DIR: folder.models });
    const lifecycle = service.app.get(ModelLifecycle);
    const before = tf.memory().numTensors;
    for (let round = 0; round < 20; round += 1) {
      await lifecycle.activate({ name: 'car-evaluation', version: '2.0.0' });
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
