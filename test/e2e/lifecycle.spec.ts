import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServingChange } from '../../src/model/serving-state.js';
import { ModelRepository } from '../../src/model/model-repository.js';
import { CARS, ModelsFolder } from '../support/models-folder.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

const OLD = `${CARS}/1.0.0`;
const NEW = `${CARS}/2.0.0`;

let folder: ModelsFolder;
let service: TestApp | undefined;
beforeEach(async () => {
  folder = await ModelsFolder.with(OLD, NEW);
});
afterEach(async () => {
  await service?.close();
  service = undefined;
  await folder.remove();
});

const logged: string[] = [];

async function start(env: Record<string, string> = {}): Promise<TestApp> {
  service = await startTestApp({ ...folder.env, WATCH_MODELS: 'false', ...env });
  logged.length = 0;
  const collect = (line: unknown) => void logged.push(String(line));
  service.app.useLogger({ log: collect, warn: collect, error: collect });
  return service;
}

const change = (decision: ServingChange) => service!.app.get(ModelRepository).change(decision);
const on = (kind: 'load' | 'unload' | 'activate', version: string) => change({ kind, name: CARS, version });
/** What the watcher does when it has seen something. */
const look = () => service!.app.get(ModelRepository).refresh();

async function answering(path = `/api/v1/models/${CARS}/predict`): Promise<string | number> {
  const { status, body } = await service!.post(path, { inputs: [ARTICLE_ROW] });
  return status === 200 ? body.version : status;
}

/** State by version. */
async function states(name = CARS): Promise<Record<string, string>> {
  const { body } = await service!.get(`/api/v1/models/${name}`);
  return Object.fromEntries(body.versions.map(({ version, state }: Record<string, string>) => [version, state]));
}

async function versionOf(version: string): Promise<Record<string, any>> {
  const { body } = await service!.get(`/api/v1/models/${CARS}`);
  return body.versions.find((one: { version: string }) => one.version === version);
}

describe('the version policy', () => {
  it('latest loads the newest version and no other', async () => {
    await start();
    expect(await states()).toEqual({ '2.0.0': 'ready', '1.0.0': 'available' });
    expect(await answering()).toBe('2.0.0');
    expect(await answering(`/api/v1/models/${CARS}/versions/1.0.0/predict`)).toBe(503);
  });

  it('pinned loads the listed version and no other', async () => {
    await start({ VERSION_POLICY: 'pinned:1.0.0' });
    expect(await states()).toEqual({ '2.0.0': 'available', '1.0.0': 'ready' });
    expect(await answering()).toBe('1.0.0');
  });

  it('all loads every version, and the newest answers', async () => {
    await start({ VERSION_POLICY: 'all' });
    expect(await states()).toEqual({ '2.0.0': 'ready', '1.0.0': 'ready' });
    expect(await answering()).toBe('2.0.0');
    expect(await answering(`/api/v1/models/${CARS}/versions/1.0.0/predict`)).toBe('1.0.0');
  });

  it('may differ from model to model', async () => {
    await folder.add('penguins/1.0.0', { from: 'penguins/1.0.0' });
    await folder.add('penguins/1.1.0', { from: 'penguins/1.0.0' });
    await start({ VERSION_POLICY: `all; ${CARS}=pinned:1.0.0` });
    expect(await states()).toEqual({ '2.0.0': 'available', '1.0.0': 'ready' });
    expect(await states('penguins')).toEqual({ '1.1.0': 'ready', '1.0.0': 'ready' });
  });

  it('latest serves the newest version that is sound', async () => {
    await folder.damage(NEW);
    await start();
    expect(await states()).toEqual({ '2.0.0': 'failed', '1.0.0': 'ready' });
    expect(await answering()).toBe('1.0.0');
    const { status, body } = await service!.get('/health/ready');
    expect(status).toBe(200);
    expect(body.details[CARS]).toEqual({
      status: 'up',
      version: '1.0.0',
      refused: { '2.0.0': expect.stringMatching(/^weights\.bin: its SHA-256 is/) },
    });
  });
});

describe('an alias', () => {
  it('stands for its version in the path, has it loaded, and moves at run time', async () => {
    await start();
    const stable = `/api/v1/models/${CARS}/versions/stable`;
    expect(await answering(`${stable}/predict`)).toBe(404);
    await change({ kind: 'set-alias', name: CARS, alias: 'stable', version: '1.0.0' });
    expect(await states()).toEqual({ '2.0.0': 'ready', '1.0.0': 'ready' });
    expect(await answering(`${stable}/predict`)).toBe('1.0.0');
    expect(await answering()).toBe('2.0.0');
    expect((await service!.get(stable)).body).toMatchObject({ version: '1.0.0', aliases: ['stable'] });

    await change({ kind: 'set-alias', name: CARS, alias: 'stable', version: '2.0.0' });
    expect(await answering(`${stable}/predict`)).toBe('2.0.0');
    expect(await states()).toEqual({ '2.0.0': 'ready', '1.0.0': 'available' });

    await change({ kind: 'remove-alias', name: CARS, alias: 'stable' });
    expect(await answering(`${stable}/predict`)).toBe(404);
  });

  it('may be named in the place of a version', async () => {
    await start();
    await change({ kind: 'set-alias', name: CARS, alias: 'stable', version: '1.0.0' });
    await on('activate', 'stable');
    expect(await answering()).toBe('1.0.0');
  });

  it('keeps its version from being unloaded, and says so', async () => {
    await start();
    await change({ kind: 'set-alias', name: CARS, alias: 'stable', version: '1.0.0' });
    await expect(on('unload', '1.0.0')).rejects.toMatchObject({
      code: 'version-in-use',
      message: expect.stringMatching(/stable/),
    });
    expect(await answering(`/api/v1/models/${CARS}/versions/stable/predict`)).toBe('1.0.0');
  });

  it('cannot stand for a version that is refused, and stays where it is', async () => {
    await start({ VERSION_POLICY: 'pinned:1.0.0' });
    await change({ kind: 'set-alias', name: CARS, alias: 'stable', version: '1.0.0' });
    await folder.damage(NEW);
    await expect(change({ kind: 'set-alias', name: CARS, alias: 'stable', version: '2.0.0' })).rejects.toMatchObject({
      code: 'digest-mismatch',
    });
    expect(await answering(`/api/v1/models/${CARS}/versions/stable/predict`)).toBe('1.0.0');
  });
});

describe('activating a version', () => {
  it('swaps to it, and back to the policy when that is asked for', async () => {
    await start();
    await on('activate', '1.0.0');
    expect(await answering()).toBe('1.0.0');
    expect(await states()).toEqual({ '2.0.0': 'available', '1.0.0': 'ready' });
    await change({ kind: 'follow-policy', name: CARS });
    expect(await answering()).toBe('2.0.0');
  });

  it('that is damaged changes nothing, says why, and is shown where people look', async () => {
    await start();
    await folder.damage(OLD);
    await expect(on('activate', '1.0.0')).rejects.toMatchObject({
      code: 'digest-mismatch',
      message: expect.stringMatching(/weights\.bin/),
    });
    expect(await answering()).toBe('2.0.0');
    expect(await versionOf('1.0.0')).toMatchObject({ state: 'failed', fault: 'digest-mismatch' });
    expect(logged).toContainEqual(
      expect.stringMatching(/^car-evaluation 1\.0\.0 was refused \(digest-mismatch\): weights/),
    );
  });

  it.each([
    ['a version that is not there', CARS, '9.0.0', 'unknown-version'],
    ['a model that is not there', 'bikes', '1.0.0', 'unknown-model'],
  ])('refuses %s', async (_, name, version, code) => {
    await start();
    await expect(change({ kind: 'activate', name, version })).rejects.toMatchObject({ code });
    expect(await answering()).toBe('2.0.0');
  });

  it('takes a version that has just been put there', async () => {
    await start({ VERSION_POLICY: 'pinned:1.0.0' });
    await folder.add(`${CARS}/3.0.0`, { from: NEW });
    await on('activate', '3.0.0');
    expect(await answering()).toBe('3.0.0');
  });

  it('leaves what was proved loaded when something else is looked at in between', async () => {
    await start();
    let looking = true;
    const activated = on('activate', '1.0.0').finally(() => (looking = false));
    // One look after another, from the first moment to the last: a new one each turn would pile them up without end.
    const looks = (async () => {
      for (const goesOn = () => looking; goesOn();) await look();
    })();
    await Promise.all([activated, looks]);
    expect(await answering()).toBe('1.0.0');
    // Loaded once: nothing threw it away between its proof and its activation.
    expect(logged.filter((line) => line.startsWith('car-evaluation 1.0.0 is ready'))).toHaveLength(1);
  });

  it('is refused before anything changes when the decision cannot be kept', async () => {
    await writeFile(folder.state, 'a file where the folder should be');
    await start();
    await expect(on('activate', '1.0.0')).rejects.toMatchObject({ code: 'state-not-writable' });
    expect(await answering()).toBe('2.0.0');
    expect(await states()).toEqual({ '2.0.0': 'ready', '1.0.0': 'available' });
  });
});

describe('unloading a version', () => {
  it('takes it out of service, with the next one in its place, until it is wanted again', async () => {
    await start();
    await on('unload', '2.0.0');
    expect(await states()).toEqual({ '2.0.0': 'available', '1.0.0': 'ready' });
    expect(await answering()).toBe('1.0.0');
    await look();
    expect(await answering()).toBe('1.0.0');
    await on('load', '2.0.0');
    expect(await answering()).toBe('2.0.0');
  });

  it('leaves nothing to answer when it was the only one', async () => {
    await folder.remove(OLD);
    await start();
    await on('unload', '2.0.0');
    expect(await answering()).toBe(503);
    expect((await service!.get('/health/ready')).status).toBe(503);
  });

  it('also takes out one whose folder is gone', async () => {
    await start({ VERSION_POLICY: 'all' });
    await folder.remove(CARS);
    await look();
    expect(await answering()).toBe('2.0.0');
    await on('unload', '2.0.0');
    expect(await answering()).toBe('1.0.0');
  });
});

describe('a package that changes while it is served', () => {
  it('is swapped when the same version is written again', async () => {
    await start();
    const before = (await service!.get(`/api/v1/models/${CARS}/versions/2.0.0`)).body.digest;
    await folder.add(NEW, { from: NEW, edit: (manifest) => (manifest.title = 'Cars, once more') });
    await look();
    const { body } = await service!.get(`/api/v1/models/${CARS}/versions/2.0.0`);
    expect(body).toMatchObject({ state: 'ready', manifest: { title: 'Cars, once more' } });
    expect(body.digest).not.toBe(before);
  });

  it('is not loaded again when nothing has changed', async () => {
    await start();
    await look();
    await look();
    expect(logged).toEqual([]);
  });

  it('serves on as it was when it is damaged, and says so in health, API and log', async () => {
    await start();
    await folder.damage(NEW);
    await look();
    expect(await answering()).toBe('2.0.0');
    expect(await versionOf('2.0.0')).toMatchObject({
      state: 'ready',
      default: true,
      fault: 'digest-mismatch',
      reason: expect.stringMatching(/^weights\.bin/),
    });
    const { status, body } = await service!.get('/health/ready');
    expect(status).toBe(200);
    expect(body.details[CARS]).toMatchObject({
      version: '2.0.0',
      refused: { '2.0.0': expect.stringMatching(/^weights\.bin/) },
    });
    expect(logged).toEqual([
      expect.stringMatching(/2\.0\.0 was refused .* The version that was loaded before serves on\.$/),
    ]);

    await folder.add(NEW, { from: NEW });
    await look();
    expect(await versionOf('2.0.0')).not.toHaveProperty('fault');
  });

  it('leaves the older one serving when the new version is damaged, and says so', async () => {
    await start();
    await folder.add(`${CARS}/3.0.0`, { from: NEW, edit: (manifest) => (manifest.files[0].bytes = 1_000_000) });
    await look();
    expect(await answering()).toBe('2.0.0');
    expect(await versionOf('3.0.0')).toMatchObject({ state: 'failed', fault: 'file-truncated' });
    const { status, body } = await service!.get('/health/ready');
    expect(status).toBe(200);
    expect(body.details[CARS].refused).toEqual({ '3.0.0': expect.stringMatching(/the manifest says/) });
    expect(logged).toEqual([expect.stringMatching(/^car-evaluation 3\.0\.0 was refused \(file-truncated\)/)]);

    // It is not tried again and again.
    await look();
    expect(logged).toHaveLength(1);
  });

  it('gives way to the newest one left when its folder is removed', async () => {
    await start();
    await folder.remove(NEW);
    await look();
    expect(await states()).toEqual({ '1.0.0': 'ready' });
    expect(await answering()).toBe('1.0.0');
  });

  it('serves on when its folder is removed and nothing else is there', async () => {
    await start();
    await folder.remove(CARS);
    await look();
    expect(await states()).toEqual({ '2.0.0': 'ready' });
    expect(await answering()).toBe('2.0.0');
  });

  it('is served under its name when it is a new model', async () => {
    await start();
    await folder.add('penguins/1.0.0', { from: 'penguins/1.0.0' });
    await look();
    expect(await states('penguins')).toEqual({ '1.0.0': 'ready' });
  });
});

describe('the documents', () => {
  it('follow a swap: a version with another allowed value shows it and takes it', async () => {
    await folder.remove(NEW);
    await start();
    const row = { ...ARTICLE_ROW, buying: 'free' };
    const buying = async () => {
      const { body } = await service!.get('/api/v1/openapi.json');
      return body.components.schemas.CarEvaluationRow.properties.buying.enum;
    };
    const known = ['vhigh', 'high', 'med', 'low'];
    expect(await buying()).toEqual(known);
    const refused = await service!.predict([row]);
    expect([refused.status, refused.body.errors[0].allowed]).toEqual([400, known]);

    await folder.add(`${CARS}/1.1.0`, {
      from: OLD,
      edit: ({ signature }, { records }) => {
        signature.features[0].values[2] = 'free';
        for (const { input } of records) if (input.buying === 'med') input.buying = 'free';
      },
    });
    await look();
    expect(await buying()).toEqual(['vhigh', 'high', 'free', 'low']);
    const taken = await service!.predict([row]);
    expect([taken.status, taken.body.version]).toEqual([200, '1.1.0']);
    const { body } = await service!.get('/api/v1/openapi.json');
    expect(Object.keys(body.paths)).toContain(`/api/v1/models/${CARS}/versions/1.1.0/predict`);
    expect(Object.keys(body.paths)).not.toContain(`/api/v1/models/${CARS}/versions/1.0.0/predict`);

    await on('activate', '1.0.0');
    expect(await buying()).toEqual(known);
    expect((await service!.predict([row])).status).toBe(400);
  });
});

describe('what operators have decided', () => {
  it('survives a restart', async () => {
    await folder.add(`${CARS}/3.0.0`, { from: NEW });
    await start();
    await on('activate', '1.0.0');
    await change({ kind: 'set-alias', name: CARS, alias: 'canary', version: '3.0.0' });
    await on('unload', '2.0.0');
    await service!.close();
    await start();
    expect(await states()).toEqual({ '3.0.0': 'ready', '2.0.0': 'available', '1.0.0': 'ready' });
    expect(await answering()).toBe('1.0.0');
    expect(await answering(`/api/v1/models/${CARS}/versions/canary/predict`)).toBe('3.0.0');
  });

  it('is no reason to serve nothing when the version is gone', async () => {
    await start();
    await on('activate', '1.0.0');
    await service!.close();
    await folder.remove(OLD);
    await start();
    expect(await answering()).toBe('2.0.0');
  });

  it.each([
    ['no JSON', '{"formatVersion":1,'],
    ['of another form', '{"formatVersion":1,"models":{"car-evaluation":{"active":7}}}'],
    ['of a later format', '{"formatVersion":2,"models":{}}'],
  ])('is ignored with a line in the log when the file is %s', async (_, text) => {
    await mkdir(folder.state);
    await writeFile(join(folder.state, 'serving.json'), text);
    const real = new ServiceProcess({ ...folder.env, LOG_FORMAT: 'json', LOG_LEVEL: 'info' });
    try {
      const url = await real.url();
      const answer = await fetch(`${url}/api/v1/models/${CARS}`);
      expect(await answer.json()).toMatchObject({ current: { version: '2.0.0' } });
      const line = real.lines().find(({ msg }) => /serving\.json cannot be used/.test(msg));
      expect(line).toMatchObject({ level: 50, context: 'Models' });
    } finally {
      real.signal('SIGKILL');
      await real.exit();
    }
  });

  it('is kept as a whole, in a file that people can read', async () => {
    await start();
    await on('activate', '1.0.0');
    const file = JSON.parse(await readFile(join(folder.state, 'serving.json'), 'utf8'));
    expect(file).toEqual({
      formatVersion: 1,
      models: { [CARS]: { active: '1.0.0', aliases: {}, loaded: [], unloaded: [] } },
    });
  });
});

describe('decisions at the same time', () => {
  it('are made one after the other, and the last one stands', async () => {
    await start();
    const versions = ['1.0.0', '2.0.0', '1.0.0', '2.0.0', '1.0.0'];
    await Promise.all(versions.map((version) => on('activate', version)));
    expect(await answering()).toBe('1.0.0');
    expect(await states()).toEqual({ '2.0.0': 'available', '1.0.0': 'ready' });
  });

  it('that come before the first load wait for it', async () => {
    const { bootTestApp } = await import('../support/test-app.js');
    service = await bootTestApp({ ...folder.env, WATCH_MODELS: 'false' });
    await on('activate', '1.0.0');
    await service.loaded;
    expect(await answering()).toBe('1.0.0');
    await vi.waitFor(async () => expect(await states()).toEqual({ '2.0.0': 'available', '1.0.0': 'ready' }));
  });
});
