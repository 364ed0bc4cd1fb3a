import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { beforeAll, describe, expect, it } from 'vitest';

/** Which room may import which. `ARCHITECTURE.md` draws the same table. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  access: ['http', 'core'],
  admin: ['model', 'http', 'core'],
  core: [],
  cluster: ['core'],
  config: ['core'],
  encoding: ['core'],
  http: ['core'],
  observability: ['core'],
  runtime: ['core'],
  model: ['encoding', 'core'],
  explain: ['prediction', 'model', 'encoding', 'http', 'core'],
  feedback: ['model', 'http', 'core'],
  health: ['model', 'core'],
  home: ['core'],
  playground: [],
  prediction: ['model', 'encoding', 'http', 'core'],
  rollout: ['model', 'http', 'core'],
  drift: ['model', 'encoding', 'http', 'core'],
  openapi: ['prediction', 'model', 'http', 'core'],
  training: ['model', 'encoding', 'runtime', 'core'],
  library: ['config', 'prediction', 'model', 'encoding', 'http', 'core'],
  conform: [],
  sdk: [],
  cli: ['access', 'conform', 'sdk', 'training', 'model', 'encoding', 'runtime', 'config', 'observability', 'core'],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

describe('imports', () => {
  let imports: Import[];
  let circular: string[];

  beforeAll(async () => {
    const { output } = await cruise(['src'], {
      exclude: { path: '\\.spec\\.ts$' },
      doNotFollow: { path: 'node_modules' },
      tsPreCompilationDeps: true,
      ruleSet: { forbidden: [{ name: 'no-circular', severity: 'error', from: {}, to: { circular: true } }] },
      validate: true,
    });
    const { modules, summary } = output as ICruiseResult;
    imports = modules.flatMap(({ source, dependencies }) =>
      dependencies.map(({ resolved, module }) => ({
        from: source,
        to: resolved.startsWith('src/') ? resolved : module,
      })),
    );
    circular = summary.violations.map(({ from, to }) => `${from} -> ${to}`);
  });

  it('are seen at all', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it('form no circle', () => {
    expect(circular).toEqual([]);
  });

  it('stay within the directions between rooms', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [here, there] = [roomOf(from), roomOf(to)];
      return here !== undefined && to.startsWith('src/') && here !== there && !ROOMS[here]?.includes(there ?? '');
    });
    expect(wrong).toEqual([]);
  });

  it('take only the package format from the model room, when training', () => {
    const wrong = imports.filter(
      ({ from, to }) => roomOf(from) === 'training' && roomOf(to) === 'model' && !to.startsWith('src/model/package/'),
    );
    expect(wrong).toEqual([]);
  });

  it('of core are Node and core itself', () => {
    const wrong = imports.filter(({ from, to }) => roomOf(from) === 'core' && roomOf(to) !== 'core' && !isBuiltin(to));
    expect(wrong).toEqual([]);
  });

  it('reach TensorFlow.js only from the backends and from training', () => {
    const wrong = imports.filter(
      ({ from, to }) => to.includes('@tensorflow/') && !/^src\/(runtime\/backends|training)\//.test(from),
    );
    expect(wrong).toEqual([]);
  });

  it('reach the composition root only from main', () => {
    const importers = new Set(imports.filter(({ to }) => to === 'src/app.module.ts').map(({ from }) => from));
    expect([...importers]).toEqual(['src/app.setup.ts']);
  });
});

describe('the environment', () => {
  it('is read in one file', async () => {
    // What the page shows to be copied, and what init writes, speaks of the environment of others.
    const written = ['src/playground/', 'src/cli/init/files.ts'];
    const ours = (file: string) => !file.endsWith('.spec.ts') && !written.some((path) => file.startsWith(path));
    const files = globSync('src/**/*.ts').filter(ours);
    const texts = await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const));
    const readers = texts.filter(([, text]) => /process\.env|from 'node:process'/.test(text)).map(([file]) => file);
    expect(readers).toEqual(['src/config/environment.ts']);
  });
});
