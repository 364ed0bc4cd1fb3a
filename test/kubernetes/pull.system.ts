import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { copyPackage, type PackageFolder } from '../support/package-factory.js';
import { PrivateRegistry } from '../support/private-registry.js';
import { runCommand } from '../support/run-command.js';
import type { Manifest } from './manifest.js';

const REGISTRY = 'docker/kubernetes/components/registry';
const [pull] = (parse(readFileSync(`${REGISTRY}/deployment.yaml`, 'utf8')) as Manifest).spec.template.spec
  .initContainers;
const settings = Object.fromEntries(
  (parse(readFileSync(`${REGISTRY}/kustomization.yaml`, 'utf8')).configMapGenerator[0].literals as string[]).map(
    (pair) => pair.split('='),
  ),
) as Record<string, string>;

let registry: PrivateRegistry;
let source: PackageFolder;
/** Stands for the container: `models` is the volume that is mounted, `npm/.npmrc` the Secret. */
let container: string;
beforeAll(async () => {
  registry = await PrivateRegistry.start();
  source = await copyPackage();
  container = await mkdtemp(join(tmpdir(), 'tensornest-init-'));
  await mkdir(join(container, 'models'));
  await mkdir(join(container, 'npm'));
  const token = await registry.addUser('operator');
  const place = registry.url.replace('http:', '');
  await writeFile(
    join(container, 'npm/.npmrc'),
    `${settings.MODEL_SCOPE}:registry=${registry.url}\n${place}:_authToken=${token}\n`,
  );
});
afterAll(async () => {
  await registry.stop();
  await Promise.all([source.remove(), rm(container, { recursive: true })]);
});

/** The environment of the manifest, with its mounts where they are here. */
function env(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  const set = Object.fromEntries(
    (pull.env as { name: string; value: string }[]).map(({ name, value }) => [name, value]),
  );
  return { ...settings, ...set, HOME: container, MODELS_DIR: join(container, 'models'), ...more };
}

it("the init container's command brings the model from a private registry, with the Secret's token, and may run again", async () => {
  const [node, script, ...words] = pull.command as string[];
  expect(node).toBe('node');
  const npmrc = join(container, 'npm/.npmrc');
  expect(env().NPM_CONFIG_USERCONFIG).toBe('/run/npm/.npmrc');
  const published = await runCommand(resolve('dist/cli/model.js'), ['publish', 'car-evaluation'], {
    cwd: container,
    env: env({ MODELS_DIR: source.models, NPM_CONFIG_USERCONFIG: npmrc }),
  });
  expect(published.stderr + published.stdout).toContain('is published');
  for (const what of ['was installed into', 'is already in']) {
    const { code, stdout, stderr } = await runCommand(resolve(script!), words, {
      cwd: container,
      env: env({ NPM_CONFIG_USERCONFIG: npmrc }),
    });
    expect(stderr).toBe('');
    expect(stdout).toContain(what);
    expect(code).toBe(0);
  }
  expect(await readdir(join(container, 'models/car-evaluation'))).toEqual(['2.0.0']);

  const withoutToken = await runCommand(resolve(script!), words, {
    cwd: container,
    env: env({ NPM_CONFIG_USERCONFIG: join(container, 'absent') }),
  });
  expect(withoutToken.code).not.toBe(0);
});
