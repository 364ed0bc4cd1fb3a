import { readFileSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditCommand } from '../../src/cli/audit-command.js';
import { loadConfig } from '../../src/config/load-config.js';
import { allCarRows } from '../support/car-rows.js';
import { copyPackage } from '../support/package-factory.js';
import { runCommand } from '../support/run-command.js';
import { ARTICLE_ROW, startTestApp } from '../support/test-app.js';

const ROWS = allCarRows();
/** `model diff` says the same of all inputs, on another path. */
const CHANGED = 284;

let folder: string;
const at = (name: string) => join(folder, name);

const BIRD = JSON.parse(readFileSync('models/penguins/1.0.0/golden.json', 'utf8')).records[0].input;

async function post(url: string, path: string, inputs: readonly unknown[], id: string): Promise<void> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': id },
    body: JSON.stringify({ inputs }),
  });
  // A connection whose answer nobody reads stays under way, and the service would wait for it when it is closed.
  await response.arrayBuffer();
  expect(response.status).toBe(200);
}

/** A log that a real service wrote: all rows in batches and by version 1.0.0, and a bird. */
async function record(file: string, env: Record<string, string> = {}): Promise<void> {
  const service = await startTestApp({ AUDIT_LOG: file, VERSION_POLICY: 'all', STATE_DIR: at('state'), ...env });
  for (let from = 0; from < ROWS.length; from += 500) {
    const path = '/api/v1/models/car-evaluation/versions/1.0.0/predict';
    await post(service.url, path, ROWS.slice(from, from + 500), `batch-${from}`);
  }
  await post(service.url, '/api/v1/models/penguins/predict', [BIRD], 'bird');
  await service.close();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-replay-'));
  await record(at('audit.jsonl'));
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The command as `npm run audit -- replay` runs it, in this process. */
async function audit(words: readonly string[], input = '') {
  let [stdout, stderr] = ['', ''];
  const terminal = { out: (text: string) => (stdout += text), err: (text: string) => (stderr += text) };
  const stdin = Readable.from([Buffer.from(input)]);
  const code = await auditCommand(['replay', ...words], terminal, { stdin, readConfig: () => loadConfig({}, false) });
  return { code, stdout, stderr };
}

async function replayed(words: readonly string[], input?: string) {
  const { code, stdout, stderr } = await audit([...words, '--json'], input);
  return { code, stderr, replay: JSON.parse(stdout) };
}

const TWO = ['--model', 'car-evaluation@2.0.0'];

describe('audit replay of a log of another version', () => {
  it('finds every decision that changes, by class pair, with the largest change of a probability', async () => {
    const { code, replay } = await replayed([at('audit.jsonl'), ...TWO]);
    expect(code).toBe(3);
    expect(replay).toMatchObject({ rows: ROWS.length, changed: CHANGED, notReproduced: 0, skipped: 0, refused: 0 });
    expect(replay.share).toBeCloseTo(CHANGED / ROWS.length, 9);
    expect(replay.largestChange).toBeCloseTo(0.9957, 4);
    expect(replay.pairs[0]).toEqual({ from: 'unacc', to: 'acc', rows: 133 });
    expect(replay.pairs.reduce((sum: number, { rows }: { rows: number }) => sum + rows, 0)).toBe(CHANGED);
    expect(replay.lines).toMatchObject({ read: 5, predictions: 4, otherModels: 1, damaged: 0 });
    expect(replay.examples).toHaveLength(10);
    const [{ id, place, input, recorded, now }] = replay.examples;
    const [, prediction, row] = /^(.*)\/(\d+)$/.exec(id)!;
    const [first] = (await readFile(at('audit.jsonl'), 'utf8')).split('\n');
    expect(prediction).toBe(JSON.parse(first!).id);
    expect(place).toBe(`${at('audit.jsonl')}:1`);
    expect(input).toEqual(ROWS[Number(row)]);
    expect([recorded, now]).toEqual(['acc', 'unacc']);
  });

  it('ends with 0 as far as changes are allowed, and says everything to people', async () => {
    const { code, stdout } = await audit([at('audit.jsonl'), ...TWO, '--allow', '0.2', '--examples', '1']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^car-evaluation 2\.0\.0: 284 of 1728 recorded decisions change \(0\.1644\)\. Within what is allowed \(0\.2\)\.$/m,
    );
    expect(stdout).toMatch(/^Largest change of a probability to the version that answered: 0\.9957\.$/m);
    expect(stdout).toMatch(/^unacc +acc +133$/m);
    expect(stdout).toMatch(
      /^[-0-9a-f]{36}\/\d+ \(.*audit\.jsonl:1\) {2}\{"buying":"vhigh".* acc -> unacc [01]\.\d{4}$/m,
    );
    expect(stdout).toMatch(/^1 lines of other models$/m);
  });

  it('finds nothing where the version is the one that answered', async () => {
    const { code, replay } = await replayed([at('audit.jsonl'), '--model', 'car-evaluation@1.0.0']);
    expect(code).toBe(0);
    expect(replay).toMatchObject({ rows: ROWS.length, changed: 0, largestChange: 0, pairs: [], examples: [] });
  });

  it('says that probabilities are not known where the version that answered is not there', async () => {
    const candidate = await copyPackage();
    const { replay } = await replayed([at('audit.jsonl'), ...TWO, '--models', candidate.models]);
    expect(replay).toMatchObject({ rows: ROWS.length, changed: CHANGED, largestChange: null });
    expect(replay.unknownVersions).toEqual([
      expect.objectContaining({ version: '1.0.0', rows: ROWS.length, reason: 'not in the models folder' }),
    ]);
    await candidate.remove();
  });

  it('reads several files, packed ones and standard input', async () => {
    const text = await readFile(at('audit.jsonl'), 'utf8');
    const lines = text.split('\n');
    await writeFile(at('audit.jsonl.1.gz'), gzipSync(`${lines.slice(0, 2).join('\n')}\n`));
    await writeFile(at('rest.jsonl'), lines.slice(2).join('\n'));
    const { replay: both } = await replayed([at('audit.jsonl.1.gz'), at('rest.jsonl'), ...TWO]);
    expect(both).toMatchObject({ rows: ROWS.length, changed: CHANGED });
    const piped = await runCommand('dist/cli/audit.js', ['replay', '-', ...TWO, '--json'], { input: text });
    expect(piped.code).toBe(3);
    expect(JSON.parse(piped.stdout)).toMatchObject({ rows: ROWS.length, changed: CHANGED });
  });
});

describe('audit replay of other forms of a log', () => {
  it.each(['cloudevents', 'kserve'])('names the rows of a partial request as their client does: %s', async (format) => {
    const log = at(`partial-${format}.jsonl`);
    const pinned = { VERSION_POLICY: 'pinned:1.0.0', AUDIT_FORMAT: format };
    const service = await startTestApp({ AUDIT_LOG: log, STATE_DIR: at('state'), ...pinned });
    const changed = { ...ROWS[0], persons: 'more', lug_boot: 'med', safety: 'high' };
    const inputs = [{ nonsense: 1 }, ROWS[0], { nonsense: 1 }, changed];
    const { body } = await service.post('/api/v1/models/car-evaluation/predict', { inputs, partial: true });
    await service.close();
    const { replay } = await replayed([log, ...TWO]);
    expect(replay).toMatchObject({ rows: 2, changed: 1, examples: [{ id: `${body.id}/3`, input: changed }] });
  });

  it('pairs the events of KServe', async () => {
    await record(at('kserve.jsonl'), { AUDIT_FORMAT: 'kserve' });
    const { replay } = await replayed([at('kserve.jsonl'), ...TWO]);
    expect(replay).toMatchObject({ rows: ROWS.length, changed: CHANGED });
    expect(replay.lines).toMatchObject({ read: 10, predictions: 4, otherModels: 1, unpaired: 0 });
    const lines = (await readFile(at('kserve.jsonl'), 'utf8')).split('\n');
    await writeFile(at('torn.jsonl'), [lines[1], ...lines.slice(2, 4), lines[4], ''].join('\n'));
    expect((await replayed([at('torn.jsonl'), ...TWO])).replay).toMatchObject({ rows: 500, lines: { unpaired: 2 } });
  }, 60_000);

  it('reads lines of before they were CloudEvents, and names damaged ones by number', async () => {
    const older = { audit: 'prediction', id: 'r-1', model: 'car-evaluation', version: '1.0.0', digest: 'sha256:00' };
    const lines = [
      { ...older, inputs: [ARTICLE_ROW], predictions: ['acc'] },
      { ...older, inputs: [ARTICLE_ROW], predictions: [] },
      { level: 30, msg: 'request' },
      { audit: 'gap' },
      { ...older, id: 'r-2', inputs: [{ ...ARTICLE_ROW, safety: 'none' }], predictions: ['acc'] },
    ].map((line) => JSON.stringify(line));
    await writeFile(at('older.jsonl'), [...lines, '{"half', ''].join('\n') + '{"audit":"predic');
    const { code, stdout, replay } = await replayed([at('older.jsonl'), ...TWO]).then(async (outcome) => ({
      ...outcome,
      stdout: (await audit([at('older.jsonl'), ...TWO])).stdout,
    }));
    expect(code).toBe(0);
    expect(replay).toMatchObject({ rows: 1, changed: 0, refused: 1 });
    expect(replay.lines).toMatchObject({ read: 7, foreign: 1, gaps: 1, damaged: 3 });
    expect(replay.unknownVersions).toMatchObject([
      { version: '1.0.0', reason: 'another package in the models folder' },
    ]);
    expect(stdout).toContain(`${at('older.jsonl')}:2 has inputs and predictions that do not fit together`);
    expect(stdout).toContain(`${at('older.jsonl')}:6 is no JSON`);
    expect(stdout).toContain(`${at('older.jsonl')}:7 was cut short`);
    expect(stdout).toMatch(/:5 r-2\/0: safety must be one of "low", "med", "high"/);
  });

  it('skips rows with covered features, and fails where no row is left', async () => {
    const secret = await copyPackage();
    const manifest = await secret.json('manifest.json');
    manifest.signature.features[0].sensitive = true;
    await secret.write('manifest.json', JSON.stringify(manifest));
    const log = at('covered.jsonl');
    const service = await startTestApp({ MODELS_DIR: secret.models, AUDIT_LOG: log, STATE_DIR: at('state') });
    await service.predict([ARTICLE_ROW, ARTICLE_ROW]);
    await service.close();
    const alone = await replayed([log, ...TWO]);
    expect(alone.code).toBe(1);
    expect(alone.stderr).toBe('error: There is no row in it that car-evaluation predicted and that can be replayed.\n');
    expect(alone.replay).toMatchObject({ rows: 0, skipped: 2 });
    const [first] = (await readFile(at('audit.jsonl'), 'utf8')).split('\n');
    await appendFile(log, `${first}\n`);
    expect((await replayed([log, ...TWO])).replay).toMatchObject({ rows: 500, skipped: 2 });
    await secret.remove();
  });
});

describe('audit replay', () => {
  it.each([
    [['audit.jsonl'], 2, "required option '--model <package>' not specified"],
    [['audit.jsonl', '--model', 'car-evalution'], 2, 'did you mean "car-evaluation"?'],
    [['audit.jsonl', ...TWO, '--allow', '5 %'], 2, 'It must be a number from 0 to 1'],
    [['nowhere.jsonl', ...TWO], 1, 'The file cannot be read: ENOENT'],
    [['package.json.gz', ...TWO], 1, 'The file cannot be read: ENOENT'],
  ])('ends well on bad words: %j', async (words, code, message) => {
    const outcome = await audit(words);
    expect([outcome.code, outcome.stdout]).toEqual([code, '']);
    expect(outcome.stderr).toContain(message);
    expect(outcome.stderr).not.toMatch(/\n\s+at /);
  });

  it('ends with 4 on a package that is not what it says it is', async () => {
    const damaged = await copyPackage();
    await damaged.write('weights.bin', Buffer.alloc(14_480));
    const { code, stderr } = await audit([at('audit.jsonl'), '--model', damaged.path]);
    expect(code).toBe(4);
    expect(stderr).toMatch(/^error: weights\.bin: its SHA-256 is /);
    await damaged.remove();
  });
});
