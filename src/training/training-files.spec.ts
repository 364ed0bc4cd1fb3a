import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UnknownModelError } from './training-error.js';
import { loadTrainingConfig } from './training-files.js';

const recipe = JSON.parse(await readFile('models/car-evaluation/training/1.0.0.json', 'utf8'));
let models: string;

async function writeRecipe(name: string, file: string, change: object): Promise<void> {
  await mkdir(join(models, name, 'training'), { recursive: true });
  await writeFile(join(models, name, 'training', file), JSON.stringify({ ...recipe, name, ...change }));
}

beforeAll(async () => {
  models = await mkdtemp(join(tmpdir(), 'training-'));
  for (const version of ['1.9.0', '1.10.0', '1.10.0-rc.1']) await writeRecipe('boxes', `${version}.json`, { version });
  await writeRecipe('boxes', 'notes.json', {});
  await writeRecipe('renamed', '1.0.0.json', { name: 'boxes' });
  await writeRecipe('moved', '1.0.0.json', { version: '2.0.0' });
  await mkdir(join(models, 'boxed/training'), { recursive: true });
});
afterAll(() => rm(models, { recursive: true }));

describe('looking a model up', () => {
  it('finds its newest version, by the rules of semantic versions', async () => {
    await expect(loadTrainingConfig(models, 'boxes')).resolves.toMatchObject({ name: 'boxes', version: '1.10.0' });
  });

  it('finds the version that is asked for', async () => {
    await expect(loadTrainingConfig(models, 'boxes@1.9.0')).resolves.toMatchObject({ version: '1.9.0' });
  });

  it.each(['boxs', '../boxes', 'BOXES', 'boxs@1.9.0', 'boxed'])(
    'suggests the model that %s was probably meant to be',
    async (name) => {
      const lookup = loadTrainingConfig(models, name);
      await expect(lookup).rejects.toThrow(UnknownModelError);
      await expect(lookup).rejects.toThrow('did you mean "boxes"?');
    },
  );

  it('lists what can be trained when nothing is close', async () => {
    await expect(loadTrainingConfig(models, 'zzzzzzzzzzzz')).rejects.toThrow('there is boxes, moved, renamed');
  });

  it.each(['3.0.0', '', 'latest', '../1.9.0', 'notes'])('lists the versions when there is no %j', async (version) => {
    const lookup = loadTrainingConfig(models, `boxes@${version}`);
    await expect(lookup).rejects.toThrow(UnknownModelError);
    await expect(lookup).rejects.toThrow(
      `There is no version "${version}" of boxes to train; there is boxes@1.10.0, boxes@1.10.0-rc.1, boxes@1.9.0`,
    );
  });

  it.each([
    ['renamed', 'renamed/training/1.0.0.json: name: is "boxes", but its folder says "renamed"; make them equal'],
    ['moved', 'moved/training/1.0.0.json: version: is "2.0.0", but the file is called "1.0.0"; make them equal'],
  ])('refuses a file that is not about its own place: %s', async (name, message) => {
    await expect(loadTrainingConfig(models, name)).rejects.toThrow(message);
  });
});
