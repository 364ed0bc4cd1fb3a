import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeKey } from '../../src/access/key-file.js';
import { ALLOWED_LICENCES } from '../support/licences.js';
import { ARTICLE_ROW } from '../support/test-app.js';
import { writeFigures } from '../support/figures.js';
import { Container, type ContainerOptions, HARDENED } from './container.js';
import { type Engine, findEngine, OURS } from './engine.js';

const IMAGE = 'localhost/tensornest:test';
const MEGABYTE = 1_000_000;
/** Under the limit that the issue of this image was given. */
const MOST_MEGABYTES = 450;
/** A machine that is busy only makes it longer, so the best of a few starts is judged. */
const MOST_READY_MS = 3_000;
const STARTS = 3;

const { key, sha256 } = makeKey();
const figures: Record<string, unknown> = {};
let engine: Engine;
let keys: string;
let container: Container | undefined;

beforeAll(async () => {
  engine = findEngine();
  const started = performance.now();
  await engine.build(IMAGE);
  figures.engine = engine.name;
  figures.buildSeconds = Math.round((performance.now() - started) / 1_000);
  keys = await mkdtemp(join(tmpdir(), 'tensornest-keys-'));
  await writeFile(join(keys, 'keys.json'), JSON.stringify({ keys: [{ id: 'tester', sha256, scopes: ['admin'] }] }));
  // As a secret has it: the container's user reads it, and nobody else.
  await chmod(keys, 0o755);
  await chmod(join(keys, 'keys.json'), 0o400);
  if (process.getuid?.() === 0) await chown(join(keys, 'keys.json'), 1000, 1000);
});
afterAll(async () => {
  await rm(keys, { recursive: true, force: true });
  writeFigures('container', figures);
});
afterEach(async () => {
  await container?.remove();
  container = undefined;
});

async function start({ words = HARDENED, env = {} }: ContainerOptions = {}): Promise<Container> {
  container = await Container.start(engine, IMAGE, {
    words: [...words, `--volume=${keys}:/run/keys:ro`],
    env: { KEYS_FILE: '/run/keys/keys.json', DRAIN_SECONDS: '1', ...env },
  });
  return container;
}

const bearer = { authorization: `Bearer ${key}` };

describe('the image', () => {
  it(`is ready within ${MOST_READY_MS} ms of the command that starts it, with 512 MB and nothing that it may write to`, async () => {
    const times: number[] = [];
    const best = () => Math.min(...times);
    while (times.length < STARTS && !(best() < MOST_READY_MS)) {
      const service = await start();
      times.push(Math.round(await service.ready()));
      await service.remove();
    }
    figures.starts = times;
    expect(best()).toBeLessThan(MOST_READY_MS);
  });

  it('asks for a key, answers who has one, and is healthy by its own check', async () => {
    const service = await start();
    await service.ready();
    expect((await service.predict(ARTICLE_ROW)).status).toBe(401);
    const answer = await service.predict(ARTICLE_ROW, bearer);
    expect(answer.status).toBe(200);
    expect(((await answer.json()) as any).results[0].label).toBe('acc');
    const [kind, ...check] = JSON.parse(await imageOf('{{json .Config.Healthcheck.Test}}')) as string[];
    expect(kind).toBe('CMD');
    await service.exec(check);
    await expect(service.exec(check, { PORT: '1' })).rejects.toMatchObject({ code: 1 });
  });

  it('runs as nobody in particular, without capabilities, new privileges or memory beyond its limit', async () => {
    const service = await start();
    await service.ready();
    const status = await service.exec(['cat', '/proc/1/status']);
    expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
      expect(status, set).toMatch(new RegExp(`^${set}:\\t0+$`, 'm'));
    }
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    const limit = await service.exec([
      'sh',
      '-c',
      'cat /sys/fs/cgroup/memory.max || cat /sys/fs/cgroup/memory/memory.limit_in_bytes',
    ]);
    expect(Number(limit)).toBe(512 * 2 ** 20);
    await expect(service.exec(['sh', '-c', 'echo > /app/written'])).rejects.toMatchObject({ code: expect.any(Number) });
    figures.residentMegabytes = Math.round((Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]) * 1_024) / MEGABYTE);
  });

  it('writes nowhere but in its folder of state, even where it could', async () => {
    const service = await start({ words: [], env: { ADMIN_API: 'true', AUDIT_LOG: '/tmp/audit.jsonl' } });
    await service.ready();
    await service.predict(ARTICLE_ROW, bearer);
    const alias = await fetch(`${service.url}/api/v1/models/car-evaluation/aliases/stable`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...bearer },
      body: JSON.stringify({ version: '2.0.0' }),
    });
    expect(alias.ok, await alias.text()).toBe(true);
    await service.signal('TERM');
    expect(await service.ended()).toBe(0);
    const written = (await service.diff()).map((line) => line.replace(/^[ACD] /, ''));
    expect(written).toContain('/app/state/serving.json');
    expect(written).toContain('/tmp/audit.jsonl');
    // The engine makes the places where it mounts something.
    const mounts = /^\/(run|etc|dev|proc|sys|var)(\/|$)/;
    const others = written.filter(
      (path) => !mounts.test(path) && !/^\/(app|tmp)$|^\/app\/state(\/|$)|^\/tmp\/audit/.test(path),
    );
    expect(others).toEqual([]);
  });

  it('serves on after SIGTERM, without being ready, and ends with code 0', async () => {
    const service = await start({ env: { DRAIN_SECONDS: '2' } });
    await service.ready();
    const told = performance.now();
    await service.signal('TERM');
    while ((await fetch(`${service.url}/health/ready`)).status === 200) await setTimeout(10);
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    const answer = await service.predict(ARTICLE_ROW, bearer);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('connection')).toBe('close');
    expect(await service.ended()).toBe(0);
    figures.drainMs = Math.round(performance.now() - told);
  });

  it('does not start without saying who may ask', async () => {
    const service = await start({ env: { KEYS_FILE: '' } });
    expect(await service.ended()).not.toBe(0);
    expect(await service.log()).toContain('ANONYMOUS_ACCESS');
  });
});

describe('what is in the image', () => {
  it(`takes less than ${MOST_MEGABYTES} MB`, async () => {
    const megabytes = Math.round(Number(await imageOf('{{.Size}}')) / MEGABYTE);
    const service = await start();
    const list = await service.exec([
      'sh',
      '-c',
      'du -sxb /app/* /app/node_modules/* /usr/local/bin /usr/local/lib / | sort -rn | head -n 20',
    ]);
    figures.imageMegabytes = megabytes;
    figures.largest = list
      .trim()
      .split('\n')
      .map((line) => {
        const [bytes, path] = line.split('\t');
        return `${(Number(bytes) / MEGABYTE).toFixed(1)} MB ${path}`;
      });
    expect(megabytes).toBeLessThan(MOST_MEGABYTES);
  });

  it('is named by its bill of materials: every package, and no other, each with a licence that is allowed', async () => {
    const service = await start();
    const bill = JSON.parse(await service.exec(['cat', '/app/sbom.cdx.json'])) as {
      specVersion: string;
      metadata: { component: { name: string; version: string } };
      components: { name: string; version: string; licenses: { license?: { id: string }; expression?: string }[] }[];
    };
    expect(bill.metadata.component.name).toBe('tensornest');
    const script = `
      const found = new Set();
      for (const path of require('fs').readdirSync('/app/node_modules', { recursive: true })) {
        if (!/^(?:.*\\/node_modules\\/)?(?:@[^/]+\\/)?[^/@.][^/]*\\/package\\.json$/.test(path)) continue;
        const { name, version } = require('/app/node_modules/' + path);
        found.add(name + '@' + version);
      }
      console.log(JSON.stringify([...found]))`;
    const there = JSON.parse(await service.exec(['node', '-e', script])) as string[];
    const named = bill.components.map(({ name, version }) => `${name}@${version}`);
    expect([...new Set(named)].sort()).toEqual(there.sort());
    for (const { name, licenses } of bill.components) {
      for (const { license, expression } of licenses) {
        expect(ALLOWED_LICENCES, name).toContain(license?.id ?? expression);
      }
      expect(licenses.length, name).toBeGreaterThan(0);
    }
    figures.packages = named.length;
  });

  it('holds no native backend, no development package, and no source', async () => {
    const service = await start();
    const list = await service.exec(['sh', '-c', 'ls /app /app/node_modules /app/node_modules/@tensorflow']);
    for (const name of ['tfjs-node', 'vitest', 'vite', 'src', 'test']) expect(list.split('\n')).not.toContain(name);
  });
});

describe('the build argument BACKEND', () => {
  it('takes no value that it does not know', async () => {
    await expect(engine.build(`${IMAGE}-wrong`, { ...OURS, args: ['BACKEND=native'] })).rejects.toThrow(
      'BACKEND must be wasm or tensorflow, not native.',
    );
  });

  it('makes an image that predicts by the native library, or, where that cannot be fetched, none and says so', async () => {
    const tag = `${IMAGE}-native`;
    const outcome = await engine.build(tag, { ...OURS, args: ['BACKEND=tensorflow'] }).then(
      () => 'built',
      (error: unknown) => (error as Error).message,
    );
    figures.native = outcome === 'built';
    if (outcome !== 'built') {
      expect(outcome).toContain('BACKEND=tensorflow: the library of @tensorflow/tfjs-node could not be fetched');
      return;
    }
    container = await Container.start(engine, tag, { env: { ANONYMOUS_ACCESS: 'true', BACKEND: 'tensorflow' } });
    await container.ready();
    const health = await (await fetch(`${container.url}/api/v1/health`)).json();
    expect(health).toMatchObject({ backend: 'tensorflow' });
  }, 1_200_000);
});

function imageOf(format: string): Promise<string> {
  return Promise.resolve(
    execFileSync(engine.program, ['image', 'inspect', '--format', format, IMAGE], { encoding: 'utf8' }).trim(),
  );
}
