import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { NpmRegistry } from '../../src/model/store/npm-registry.js';
import { packTarball } from '../../src/model/package/tarball.js';
import { PrivateRegistry } from '../support/private-registry.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';

// Starting processes takes seconds when the machine is busy.
vi.setConfig({ testTimeout: 90_000 });

const CARS = join(import.meta.dirname, '../../models/car-evaluation');

let registry: PrivateRegistry;
let token: string;
let home: string;
let service: ServiceProcess | undefined;

beforeAll(async () => {
  registry = await PrivateRegistry.start();
  token = await registry.addUser('alice');
  const npm = { '@acme:registry': registry.url, [`${registry.url.replace('http:', '')}:_authToken`]: token };
  for (const version of ['1.0.0', '2.0.0']) {
    const packed = await packTarball(join(CARS, version), { name: 'car-evaluation', version }, '@acme');
    await new NpmRegistry('@acme', npm).publish(packed, 'latest');
  }
  await registry.tag('@acme/car-evaluation', 'stable', '1.0.0', token);
});
afterAll(() => registry.stop());

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tensornest-home-'));
});
afterEach(async () => {
  service?.signal('SIGTERM');
  await service?.exit();
  service = undefined;
  await rm(home, { recursive: true, force: true });
});

/** A service that knows the registry from an `.npmrc`, as npm would. */
async function start(models: string, url = registry.url, secret = token, cwd?: string): Promise<ServiceProcess> {
  const npmrc = join(home, '.npmrc');
  await writeFile(npmrc, `@acme:registry=${url}\n${url.replace('http:', '')}:_authToken=${secret}\n`);
  const env = {
    MODELS: models,
    MODEL_SCOPE: '@acme',
    MODELS_DIR: join(home, 'models'),
    STATE_DIR: join(home, 'state'),
    MODELS_REFRESH_SECONDS: '1',
    npm_config_userconfig: npmrc,
    npm_config_fetch_retries: '0',
    HOME: home,
  };
  service = new ServiceProcess(env, cwd === undefined ? {} : { cwd });
  return service;
}

async function answeringAt(url: string): Promise<string> {
  const answer = await fetch(`${url}/api/v1/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: [ARTICLE_ROW] }),
  });
  return ((await answer.json()) as { version: string }).version;
}

describe('a service that gets its models from a registry', () => {
  it('pulls what is missing, swaps when the tag moves, and does without the registry at its next start', async () => {
    const url = await (await start('car-evaluation@stable')).url();
    expect(await answeringAt(url)).toBe('1.0.0');
    await registry.tag('@acme/car-evaluation', 'stable', '2.0.0', token);
    await vi.waitFor(async () => expect(await answeringAt(url)).toBe('2.0.0'), { timeout: 30_000, interval: 200 });
    await registry.tag('@acme/car-evaluation', 'stable', '1.0.0', token);
    service!.signal('SIGTERM');
    expect(await service!.exit()).toBe(0);

    const offline = await (await start('car-evaluation@stable', 'http://127.0.0.1:9/')).url();
    expect(await answeringAt(offline)).toBe('2.0.0');
    expect(service!.stdout).toContain('could not be had');
  });

  it('serves what npm has installed as a dependency, without the registry', async () => {
    const packed = await packTarball(join(CARS, '2.0.0'), { name: 'car-evaluation', version: '2.0.0' }, '@acme');
    const installed = join(home, 'node_modules/@acme/car-evaluation');
    await cp(join(CARS, '2.0.0'), join(installed, 'model'), { recursive: true });
    await writeFile(join(installed, 'package.json'), JSON.stringify(packed.packageJson));
    const url = await (await start('car-evaluation@^2', 'http://127.0.0.1:9/', 'no-token', home)).url();
    expect(await answeringAt(url)).toBe('2.0.0');
    expect(await readdir(join(home, 'models')).catch(() => [])).toEqual([]);
  });

  it('takes the newest version of a range', async () => {
    const url = await (await start('car-evaluation@^1')).url();
    expect(await answeringAt(url)).toBe('1.0.0');
  });

  it('is not ready and says why when a model cannot be had', async () => {
    const refused = await start('car-evaluation@^2', registry.url, 'not-the-token');
    await refused.until(() => refused.stderr.includes('No model is ready'));
    const [url] = /http:\/\/[\d.:]+/.exec(refused.stderr)!;
    const answer = await fetch(`${url}/health/ready`);
    const text = await answer.text();
    expect(answer.status).toBe(503);
    expect(text).toMatch(/token/);
    expect(text).not.toContain('not-the-token');
  });
});
