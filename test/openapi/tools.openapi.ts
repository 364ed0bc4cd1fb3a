import type { OpenAPIObject } from '@nestjs/swagger';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debianTool } from '../support/debian-tool.js';
import { ServiceProcess } from '../support/service-process.js';
import { narrowed } from './fuzz-document.js';

const run = promisify(execFile);
const TOOLS = import.meta.dirname;
/** Requests of a kind that are made of each operation; all combinations of a row's values would be thousands. */
const COMBINATIONS = '20';

let folder: string;
let service: ServiceProcess;
let url: string;
beforeAll(async () => {
  if (!existsSync(join(TOOLS, 'node_modules'))) {
    execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: TOOLS, stdio: 'inherit' });
  }
  folder = await mkdtemp(join(tmpdir(), 'tensornest-openapi-'));
  const state = { STATE_DIR: join(folder, 'state'), FEEDBACK: 'true' };
  service = new ServiceProcess({ ANONYMOUS_ACCESS: 'true', TABULATE: 'off', ...state });
  url = await service.url();
}, 300_000);
afterAll(async () => {
  service.signal('SIGTERM');
  await service.exit();
  await rm(folder, { recursive: true });
});

const document = async () => (await fetch(`${url}/api/v1/openapi.json`)).json() as Promise<OpenAPIObject>;

async function aPrediction(): Promise<{ readonly id: string; readonly label: string }> {
  const row = { island: 'Dream', sex: 'MALE' };
  const body = JSON.stringify({ inputs: [row] });
  const headers = { 'content-type': 'application/json' };
  const reply = await fetch(`${url}/api/v1/models/penguins/predict`, { method: 'POST', headers, body });
  const { id, results } = (await reply.json()) as any;
  return { id, label: results[0].label };
}

describe('the OpenAPI document', () => {
  it('has nothing that the linter would warn about', async () => {
    const file = join(folder, 'openapi.json');
    await writeFile(file, JSON.stringify(await document(), null, 2));
    const spectral = join(TOOLS, 'node_modules/@stoplight/spectral-cli/dist/index.js');
    const words = ['lint', '--fail-severity=hint', '--ruleset', join(TOOLS, '.spectral.yaml'), file];
    const { stdout } = await run(process.execPath, [spectral, ...words]).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout).toMatch(/^No results/);
  });
});

describe('the service', () => {
  it('answers as the document says to every request that can be made from it, good or bad', async () => {
    debianTool('java', 'default-jre-headless');
    const file = join(folder, 'fuzz.json');
    const { id, label } = await aPrediction();
    const model = { model: 'penguins', version: '1.0.0', type: 'Penguins', id, label };
    await writeFile(file, JSON.stringify(narrowed(await document(), model)));
    const reports = join(folder, 'reports');
    await mkdir(reports);
    const jar = join(TOOLS, 'node_modules/specmatic/specmatic.jar');
    // Tensors of protocols that know no model are not to be had from a schema: `npm run conform` asks those doors.
    const apart = "--filter=PATH!='/v1/*,/v2/models/*,/v2/repository/*'";
    const words = ['test', file, `--testBaseURL=${url}`, apart];
    const env = { ...process.env, SPECMATIC_GENERATIVE_TESTS: 'true', MAX_TEST_REQUEST_COMBINATIONS: COMBINATIONS };
    const options = { cwd: reports, env, maxBuffer: 1 << 28 };
    const { stdout } = await run('java', ['-jar', jar, ...words], options).catch(
      (error: unknown) => error as { stdout: string },
    );
    const [, tests, passed] = /Tests run: (\d+), Successes: (\d+)/.exec(stdout)!;
    process.stdout.write(`${tests} requests, ${passed} answered as documented\n`);
    const failed = stdout.match(/^[+-]ve {2}Scenario: .* has FAILED$/gm) ?? [];
    expect(failed).toEqual([]);
    expect(Number(passed)).toBe(Number(tests));
    expect(Number(tests)).toBeGreaterThan(1_000);
  });
});
