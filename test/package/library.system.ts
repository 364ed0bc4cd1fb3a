import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, runCommand } from '../support/run-command.js';
import { installInto, type Packed, packProject } from './tarball.js';

const TSC = resolve('node_modules/typescript/bin/tsc');
const OPTIONS = {
  compilerOptions: {
    module: 'nodenext',
    target: 'es2023',
    strict: true,
    skipLibCheck: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    types: ['node'],
    outDir: 'built',
  },
};

let folder: string;
let packed: Packed;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-installed-'));
  packed = await packProject();
  await installInto(folder, packed.path, ['@types/node', 'undici-types']);
  await symlink('node_modules/tensornest/models', join(folder, 'models'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'host', type: 'module' }));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(dirname(packed.path), { recursive: true });
});

async function compile(source: string, more: object = {}): Promise<Outcome> {
  await writeFile(join(folder, 'host.ts'), source);
  const compilerOptions = { ...OPTIONS.compilerOptions, ...more };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['host.ts'] }));
  return runCommand(TSC, ['-p', folder], { cwd: folder });
}

/** The application that the README shows. */
async function readmeHost(): Promise<string> {
  const readme = await readFile('README.md', 'utf8');
  const blocks = [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, text]) => text!);
  const [module, controller] = blocks.filter((text) => text.includes("from 'tensornest'"));
  const wired = module!.replace('@Module({ imports', '@Module({ controllers: [CarsController], imports');
  return `import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
${controller}
${wired}
const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(0, '127.0.0.1');
const answer = await fetch(new URL('/car', await app.getUrl()));
console.log(answer.status, await answer.text());
await app.close();
`;
}

describe('the packed library, installed elsewhere', () => {
  it('compiles and runs as the README shows it, and lets its process end', async () => {
    const compiled = await compile(await readmeHost());
    expect(compiled).toMatchObject({ code: 0, stdout: '' });
    const { code, stdout, stderr } = await runCommand(join(folder, 'built/host.js'), [], { cwd: folder });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '200 vgood\n', stderr: '' });
  });

  it('has types that stand by themselves, whatever the host leaves out', async () => {
    const source = `import { TensornestModule } from 'tensornest';
export const module = TensornestModule.forRoot({ maxRequestRows: 10, doors: { prefix: '/ml', open: ['rest'] } });`;
    const { stdout } = await compile(source, { skipLibCheck: false });
    // What others' types get wrong is not ours.
    expect(stdout.split('\n').filter((line) => /^(host\.ts|node_modules\/tensornest)/.test(line))).toEqual([]);
  });

  it('does not compile where it is used wrongly', async () => {
    const wrong: readonly (readonly [expression: string, message: string])[] = [
      ["TensornestModule.forRoot({ modelDir: 'models' })", "'modelDir' does not exist"],
      ["TensornestModule.forRoot({ maxRequestRows: 'many' })", "'string' is not assignable to type 'number'"],
      ["TensornestModule.forRoot({ backend: 'gpu' })", `'"gpu"' is not assignable`],
      ['TensornestModule.forRoot({ port: 80 })', "'port' does not exist"],
      ["TensornestModule.forRoot({ doors: { open: ['grpc'] } })", `'"grpc"' is not assignable`],
      ["service.predict<'a' | 'b'>({ inputs: [{}] }).then(({ results }) => results[0]!.label === 'c')", 'no overlap'],
    ];
    const right = "TensornestModule.forRoot({ backend: 'wasm' })";
    const head = `import { type PredictionService, TensornestModule } from 'tensornest'; declare const service: PredictionService;`;
    const lines = [head, ...wrong.map(([expression]) => `void ${expression};`), `void ${right};`];
    const { stdout } = await compile(lines.join('\n'), { noEmit: true });
    const found = stdout.split('\n').filter((line) => line.startsWith('host.ts'));
    expect(found).toHaveLength(wrong.length);
    wrong.forEach(([, message], index) => {
      expect(found[index]).toMatch(new RegExp(`^host\\.ts\\(${index + 2},`));
      expect(found[index]).toContain(message);
    });
  });

  it('has a bin that works from there', async () => {
    const bin = join(folder, 'node_modules/.bin/tensornest');
    const { code, stdout } = await runCommand(bin, ['model', 'list', '--json'], { cwd: folder });
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.anything()]);
  });
});
