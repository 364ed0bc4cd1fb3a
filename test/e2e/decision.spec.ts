import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditCommand } from '../../src/cli/audit-command.js';
import { loadConfig } from '../../src/config/load-config.js';
import { reasonOf } from '../../src/core/errors.js';
import { ModelRepository } from '../../src/model/model-repository.js';
import { readPackage } from '../../src/model/package/reader.js';
import { coin, coinModels, DECISION, writeCoin } from '../support/coin-package.js';
import { freePort } from '../support/free-port.js';
import { copyPackage } from '../support/package-factory.js';
import { runCommand } from '../support/run-command.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

/** Below the threshold, above it, and where the likeliest class is the same. */
const CHANCES = [0.15, 0.21, 0.25, 0.6];
const DECIDED = ['no', 'yes', 'yes', 'yes'];
const LIKELIEST = ['no', 'no', 'no', 'yes'];

let models: string;
let folder: string;
let service: TestApp;
const log = () => join(folder, 'audit.jsonl');

beforeAll(async () => {
  models = await coinModels();
  folder = await mkdtemp(join(tmpdir(), 'tensornest-decision-'));
  service = await startTestApp({ MODELS_DIR: models, VERSION_POLICY: 'all', AUDIT_LOG: log(), DEFAULT_MODEL: 'coin' });
}, 60_000);
afterAll(async () => {
  await service.close();
  await Promise.all([models, folder].map((path) => rm(path, { recursive: true })));
});

const inputs = CHANCES.map(coin);
const predict = async (version: string, rows: readonly object[] = inputs) => {
  const { status, body } = await service.post(`/api/v1/models/coin/versions/${version}/predict`, { inputs: rows });
  expect(status).toBe(200);
  return body.results as { class: number; label: string; probability: number; probabilities: { yes: number } }[];
};
const labelsOf = (results: readonly { label: string }[]) => results.map(({ label }) => label);

describe('a package that decides at 0.2', () => {
  it('answers the positive class from there on, with the probability that it has', async () => {
    const results = await predict('2.0.0');
    expect(labelsOf(results)).toEqual(DECIDED);
    expect(results[2]).toMatchObject({ class: 1, label: 'yes' });
    expect(results[2]!.probability).toBeCloseTo(0.25, 5);
    expect(results[2]!.probability).toBe(results[2]!.probabilities.yes);
  });

  it('answers as before where the package decides nothing: the likeliest class, to the same probabilities', async () => {
    const plain = await predict('1.0.0');
    expect(labelsOf(plain)).toEqual(LIKELIEST);
    const chances = (results: typeof plain) => results.map(({ probabilities }) => probabilities);
    expect(chances(plain)).toEqual(chances(await predict('2.0.0')));
  });

  it('does so too where some rows are refused, and where all answers were worked out in advance', async () => {
    const partial = await service.post('/api/v1/models/coin/predict', { inputs: [{}, coin(0.25)], partial: true });
    expect(partial.body.results).toMatchObject([null, { label: 'yes' }]);
    const detail = await service.get('/api/v1/models/side');
    expect(detail.body.current.tabulated).toBe(true);
    const { body } = await service.post('/api/v1/models/side/predict', {
      inputs: [{ side: 'tails' }, { side: 'heads' }],
    });
    expect(body.results).toMatchObject([{ label: 'yes', class: 1 }, { label: 'no' }]);
    expect(body.results[0].probability).toBeCloseTo(0.25, 5);
  });

  it('says the same at the doors of tensors', async () => {
    const data = inputs.map(({ odds }) => odds);
    const { body } = await service.post('/v2/models/coin/infer', {
      inputs: [{ name: 'odds', datatype: 'FP64', shape: [data.length], data }],
    });
    const outputs = Object.fromEntries(
      body.outputs.map((one: { name: string; data: unknown }) => [one.name, one.data]),
    );
    expect(outputs.label).toEqual(DECIDED);
    expect(outputs.class).toEqual(DECIDED.map((label) => Number(label === 'yes')));
    const v1 = await service.post('/v1/models/coin:predict', { instances: inputs });
    expect(labelsOf(v1.body.predictions)).toEqual(DECIDED);
  });

  it('explains the class that it answers, and finds what would change the answer', async () => {
    const { body } = await service.post('/api/v1/models/coin/explain', { inputs: [coin(0.25)] });
    expect(body.explanations[0]).toMatchObject({ label: 'yes' });
    expect(body.explanations[0].probability).toBeCloseTo(0.25, 5);
    const flipped = (await service.post('/api/v1/models/coin/counterfactual', { input: coin(0.25) })).body;
    expect(flipped).toMatchObject({ found: true, from: { label: 'yes' }, to: { label: 'no' } });
    // The nearest one: just below the threshold, and far below one half.
    expect(flipped.to.probability).toBeGreaterThan(0.8);
    expect(flipped.to.probability).toBeLessThan(0.85);
    const [again] = await predict('2.0.0', [flipped.input]);
    expect(again).toMatchObject({ label: 'no' });
  });

  it('is counted by the class that was answered', async () => {
    const { text } = await service.get('/metrics');
    expect(text).toMatch(/tensornest_predictions_total\{model="coin",version="1\.0\.0",class="no"\} 3\n/);
    expect(text).toMatch(/tensornest_predictions_total\{model="side",version="1\.0\.0",class="yes"\} 1\n/);
  });

  it('says in its description how it decides', async () => {
    const { body } = await service.get('/api/v1/models/coin');
    expect(body.current.manifest.decision).toEqual(DECISION);
    const plain = await service.get('/api/v1/models/coin/versions/1.0.0');
    expect(plain.body.manifest).not.toHaveProperty('decision');
  });

  it('is replayed from the audit log as it was served, and differs from the version without a decision', async () => {
    const lines = async () => (await readFile(log(), 'utf8')).trimEnd().split('\n');
    await expect.poll(async () => (await lines()).filter((line) => line.includes('"coin"')).length).toBeGreaterThan(4);
    const replay = async (version: string) => {
      let stdout = '';
      const terminal = { out: (text: string) => (stdout += text), err: () => undefined };
      const streams = { stdin: Readable.from([]), readConfig: () => loadConfig({ MODELS_DIR: models }, false) };
      await auditCommand(['replay', log(), '--model', `coin@${version}`, '--json'], terminal, streams);
      return JSON.parse(stdout);
    };
    const own = await replay('2.0.0');
    expect(own).toMatchObject({ notReproduced: 0, largestChange: 0 });
    expect(own.pairs).toEqual([{ from: 'no', to: 'yes', rows: 2 }]);
    const plain = await replay('1.0.0');
    expect(plain).toMatchObject({ notReproduced: 0, pairs: [{ from: 'yes', to: 'no' }] });
  });
});

describe('a decision beside a version without one', () => {
  let own: TestApp;
  let port: number;
  beforeAll(async () => {
    port = await freePort();
    const admin = { ADMIN_API: 'true', WATCH_MODELS: 'false', STATE_DIR: join(folder, 'state'), FEEDBACK: 'true' };
    own = await startTestApp({ MODELS_DIR: models, DEFAULT_MODEL: 'coin', GRPC_PORT: String(port), ...admin });
  }, 60_000);
  afterAll(() => own.close());

  it('is what feedback calls right or wrong', async () => {
    const { body } = await own.post('/api/v1/predict', { inputs });
    const items = DECIDED.map((label, row) => ({ id: `${body.id}/${row}`, label }));
    await own.post('/api/v1/feedback', { items });
    const quality = (await own.get('/api/v1/models/coin/feedback')).body;
    expect(quality.versions).toMatchObject([{ version: '2.0.0', live: { rows: 4, accuracy: 1 } }]);
  });

  it('is answered over gRPC', async () => {
    const loaded = grpc.loadPackageDefinition(
      loadSync('src/prediction/protocols/open-inference-grpc/open_inference.proto', { keepCase: true }),
    ) as any;
    const client = new loaded.inference.GRPCInferenceService(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const odds = {
      name: 'odds',
      datatype: 'FP64',
      shape: [4],
      contents: { fp64_contents: inputs.map((row) => row.odds) },
    };
    const answer: any = await new Promise((resolve, reject) => {
      const asked = { model_name: 'coin', inputs: [odds], outputs: [{ name: 'label' }] };
      client.ModelInfer(asked, (error: Error | null, value: unknown) => {
        if (error === null) resolve(value);
        else reject(error);
      });
    });
    client.close();
    expect(answer.outputs[0].contents.bytes_contents.map(String)).toEqual(DECIDED);
  });

  it('is what a rollout compares: two of the rows change class, though no probability does', async () => {
    await own.app.get(ModelRepository).change({ kind: 'activate', name: 'coin', version: '1.0.0' });
    const rollout = '/api/v1/models/coin/rollout';
    const gate = { minRows: 1_000, minAgreement: 0.1, maxLatencyRatio: 1_000 };
    expect((await own.post(rollout, { candidate: '2.0.0', mode: 'shadow', gate })).status).toBe(201);
    const { body } = await own.post('/api/v1/predict', { inputs });
    expect(labelsOf(body.results)).toEqual(LIKELIEST);
    await expect.poll(async () => (await own.get(rollout)).body.statistics).toMatchObject({ rows: 4, agreement: 0.5 });
  });
});

describe('the commands', () => {
  const model = (...words: string[]) => runCommand('dist/cli/model.js', words, { env: { MODELS_DIR: models } });

  it('predict, compare and measure by the same rule', async () => {
    const rows = join(folder, 'rows.csv');
    const truth = (at: number) => (at < 2 ? 'no' : 'yes');
    await writeFile(rows, ['odds,y', ...inputs.map(({ odds }, at) => `${odds},${truth(at)}`)].join('\n'));
    const answers = await model('predict', 'coin', '-i', rows, '--ignore-unknown');
    const said = answers.stdout.trimEnd().split('\n');
    expect(labelsOf(said.map((line) => JSON.parse(line)))).toEqual(DECIDED);

    const diff = JSON.parse((await model('diff', 'coin@1.0.0', 'coin@2.0.0', '--json')).stdout);
    // Of the golden inputs, 0.005 to 0.985, those from 0.205 to 0.495 become "yes".
    expect(diff).toMatchObject({ largestChange: 0, changed: 30 });
    expect(diff.decisions[1]).toMatch(/^"yes" is answered where its probability reaches 0\.2, else "no"; /);

    const measured = JSON.parse((await model('evaluate', 'coin', rows, '--target', 'y', '--json')).stdout);
    expect(measured.evaluation.confusionMatrix).toEqual([
      [1, 1],
      [0, 2],
    ]);
    expect((await model('inspect', 'coin')).stdout).toContain('"yes" is answered where its probability reaches 0.2');
  }, 30_000);
});

describe('a decision that is none', () => {
  const refusalOf = (models: string, name: string, version: string) =>
    readPackage(join(models, name, version), { name, version }).then(
      () => 'nothing',
      (error: unknown) => reasonOf(error),
    );

  it.each([
    ['outside of 0 to 1', { ...DECISION, threshold: 1 }, 'decision.threshold: must lie between 0 and 1'],
    [
      'of a class that is not there',
      { ...DECISION, positive: 'maybe' },
      'decision.positive: must be the label of a class',
    ],
    ['without its class', { threshold: 0.3, criterion: 'given' }, 'decision.positive: '],
  ])('is refused with the field: %s', async (_, decision, reason) => {
    const own = await mkdtemp(join(tmpdir(), 'tensornest-decision-'));
    await writeCoin(own, '1.0.0');
    const path = join(own, 'coin/1.0.0/manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...manifest, decision }));
    expect(await refusalOf(own, 'coin', '1.0.0')).toContain(`manifest.json: ${reason}`);
    await rm(own, { recursive: true });
  });

  it('is refused where there are more than two classes', async () => {
    const cars = await copyPackage();
    const manifest = await cars.json('manifest.json');
    await cars.write('manifest.json', JSON.stringify({ ...manifest, decision: { ...DECISION, positive: 'acc' } }));
    expect(await refusalOf(cars.models, 'car-evaluation', '2.0.0')).toContain(
      'decision: is for two classes; remove it',
    );
    await cars.remove();
  });
});
