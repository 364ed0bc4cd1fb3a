import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKey } from '../../src/access/key-file.js';
import { newPredictionId } from '../../src/core/prediction-id.js';
import { FeedbackClient } from '../support/feedback-client.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

const CLASSES = ['unacc', 'acc', 'good', 'vgood'];
const RECORDED = { status: 'recorded', model: 'car-evaluation', version: '2.0.0', predicted: 'acc' };

let folder: string;
let app: TestApp;
let client: FeedbackClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-feedback-'));
  app = await startTestApp({ STATE_DIR: folder, FEEDBACK: 'true', FEEDBACK_DAYS: '2' });
  client = new FeedbackClient(app.url);
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

describe('a label', () => {
  it('is joined to its row at once, however soon it comes', async () => {
    const id = await client.predict([ARTICLE_ROW, ARTICLE_ROW]);
    expect(await client.label(`${id}/1`, 'acc')).toEqual({
      status: 200,
      body: { id: `${id}/1`, ...RECORDED, correct: true },
    });
    expect((await client.label(`${id}/0`, 'good')).body).toEqual({ id: `${id}/0`, ...RECORDED, correct: false });
  });

  it('of an id alone is that of its first row', async () => {
    const id = await client.predict();
    expect((await client.label(id, 'acc')).body).toMatchObject({ id, ...RECORDED });
    expect((await client.label(`${id}/0`, 'acc')).body.status).toBe('repeated');
  });

  it('that comes again changes nothing; another one is refused, or replaces the first where that is asked for', async () => {
    const id = await client.predict();
    const before = await client.quality();
    await client.label(id, 'acc');
    expect(await client.label(id, 'acc')).toMatchObject({ status: 200, body: { status: 'repeated', correct: true } });
    const other = await client.label(id, 'good');
    expect([other.status, other.body.type]).toEqual([409, '/problems/feedback-conflict']);
    expect(other.body.detail).toContain('"acc"');
    expect(await client.label(id, 'good', { replace: true })).toMatchObject({
      status: 200,
      body: { status: 'replaced', correct: false },
    });
    const rows = (quality: any): number => quality.versions[0]?.live?.rows ?? 0;
    expect(rows(await client.quality())).toBe(rows(before) + 1);
  });

  it('may be of a row of a partial request, by its place in the request', async () => {
    const id = await client.predict([{}, ARTICLE_ROW, {}, ARTICLE_ROW, {}], { partial: true });
    expect((await client.label(`${id}/3`, 'acc')).body).toMatchObject(RECORDED);
    for (const row of [0, 2, 4, 5]) {
      expect((await client.label(`${id}/${row}`, 'acc')).body.type).toBe('/problems/unknown-prediction');
    }
  });

  it.each([
    ['no id', 'mine'],
    ['an id with something behind it', `${newPredictionId()}/-1`],
    ['an id of another form', '9b2c6f1e-7c1f-4b57-9a7e-0d4d2c3a8f11'],
  ])('of %s is refused, and told what an id is', async (_, id) => {
    const { status, body } = await client.label(id, 'acc');
    expect([status, body.type]).toEqual([400, '/problems/invalid-input']);
    expect(body.errors).toEqual([
      { pointer: '/id', code: 'not-allowed', message: expect.stringMatching(/^must be the id of a prediction/) },
    ]);
  });

  it('of a prediction that there is not, or a row that it has not, is unknown', async () => {
    const id = await client.predict();
    for (const stranger of [newPredictionId(), `${id}/1`]) {
      const { status, body } = await client.label(stranger, 'acc');
      expect([status, body.type]).toEqual([404, '/problems/unknown-prediction']);
    }
  });

  it('of a prediction that is kept no longer is late', async () => {
    const old = (Date.now() - 3 * 86_400_000).toString(16).padStart(12, '0');
    const id = `${old.slice(0, 8)}-${old.slice(8)}-7000-8000-000000000000`;
    const { status, body } = await client.label(id, 'acc');
    expect([status, body.type]).toEqual([410, '/problems/feedback-late']);
  });

  it('of a class that the model has not is refused, with those that it has', async () => {
    const id = await client.predict();
    const { status, body } = await client.label(id, 'splendid');
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      {
        pointer: '/label',
        code: 'not-allowed',
        message: 'must be one of "unacc", "acc", "good", "vgood"',
        allowed: CLASSES,
      },
    ]);
  });

  it.each([
    [{}, ['/id', '/label']],
    [{ id: 7, label: null }, ['/id', '/label']],
    [{ id: 'x', label: 'acc', replace: 'yes' }, ['/replace']],
    [{ id: 'x', label: 'acc', why: 'me' }, ['/why']],
    [{ items: [] }, ['/items']],
    [{ items: 'all' }, ['/items']],
    [{ items: null }, ['/items']],
    [{ items: [{ id: 'x', label: 'acc' }], id: 'x' }, ['/id']],
    [{ items: [{ id: 'x' }, { label: 'acc' }, 3] }, ['/items/0/label', '/items/1/id', '/items/2']],
    [{ items: Array.from({ length: 1_001 }, () => ({ id: 'x', label: 'acc' })) }, ['/items']],
  ])('in a body such as %j is refused with every problem', async (body, pointers) => {
    const answer = await client.send(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
  });
});

describe('many labels at once', () => {
  it('have a result each, in their order, and bad ones stop nobody', async () => {
    const id = await client.predict([ARTICLE_ROW, ARTICLE_ROW, ARTICLE_ROW]);
    await client.label(`${id}/2`, 'good');
    const { status, body } = await client.send({
      items: [
        { id: `${id}/0`, label: 'acc' },
        { id: 'mine', label: 'acc' },
        { id: `${id}/1`, label: 'splendid' },
        { id: `${id}/2`, label: 'acc' },
        { id: `${id}/3`, label: 'acc' },
        { id: `${id}/0`, label: 'acc' },
        { id: `${id}/0`, label: 'unacc', replace: true },
      ],
    });
    expect(status).toBe(200);
    expect(body.items.map((item: any) => [item.status, item.correct])).toEqual([
      ['recorded', true],
      ['invalid', undefined],
      ['invalid', undefined],
      ['conflict', false],
      ['unknown', undefined],
      ['repeated', true],
      ['replaced', false],
    ]);
    expect(body.items[2].detail).toBe('The label must be one of "unacc", "acc", "good", "vgood".');
  });
});

describe('the quality of a version', () => {
  it('is what the labels say, beside an estimate that is marked as one; the metrics say the same', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'tensornest-feedback-'));
    const own = await startTestApp({ STATE_DIR: fresh, FEEDBACK: 'true' });
    const ours = new FeedbackClient(own.url);
    try {
      expect(await ours.quality()).toEqual({ model: 'car-evaluation', feedback: true, versions: [] });
      const id = await ours.predict(Array.from({ length: 20 }, () => ARTICLE_ROW));
      const labels = Array.from({ length: 10 }, (_, row) => ({ id: `${id}/${row}`, label: row < 7 ? 'acc' : 'good' }));
      await ours.send({ items: labels });
      const { versions } = await ours.quality();
      expect(versions).toHaveLength(1);
      const [{ version, live, estimated }] = versions;
      expect(version).toBe('2.0.0');
      expect(live).toMatchObject({ rows: 10, accuracy: 0.7 });
      expect(live.interval.lower).toBeCloseTo(0.3968, 4);
      expect(live.interval.upper).toBeCloseTo(0.8922, 4);
      expect(live.confusionMatrix).toEqual([
        [0, 0, 0, 0],
        [0, 7, 0, 0],
        [0, 3, 0, 0],
        [0, 0, 0, 0],
      ]);
      expect(live.perClass[1]).toEqual({ label: 'acc', precision: 0.7, recall: 1, f1: 14 / 17, support: 7 });
      expect(live.perClass[3]).toEqual({ label: 'vgood', precision: null, recall: null, f1: null, support: 0 });
      expect(live.calibration.expectedCalibrationError).toBeCloseTo(0.3, 3);
      expect(live.calibration.reliability).toHaveLength(1);
      expect(estimated).toMatchObject({ estimate: true, rows: 20, windowMinutes: 60 });
      expect(estimated.accuracy).toBeCloseTo(1, 4);
      expect(estimated.expectedCalibrationError).toBeGreaterThanOrEqual(0);
      const of = '\\{model="car-evaluation",version="2.0.0"\\}';
      expect(await ours.metric(new RegExp(`^tensornest_live_accuracy_ratio${of}`))).toBe(0.7);
      expect(await ours.metric(new RegExp(`^tensornest_feedback_rows${of}`))).toBe(10);
      expect(await ours.metric(new RegExp(`^tensornest_live_calibration_error_ratio${of}`))).toBeCloseTo(0.3, 3);
      expect(await ours.metric(new RegExp(`^tensornest_estimated_accuracy_ratio${of}`))).toBeCloseTo(1, 4);
      expect(await ours.metric(/^tensornest_feedback_total\{status="recorded"\}/)).toBe(10);
      expect(await ours.metric(/^tensornest_feedback_dropped_total\{reason="write-failed"\}/)).toBe(0);
    } finally {
      await own.close();
      await rm(fresh, { recursive: true });
    }
  });

  it('of a model that there is not is unknown', async () => {
    expect((await client.get('/api/v1/models/nothing/feedback')).status).toBe(404);
  });
});

describe('a key', () => {
  it("labels its own predictions only, an operator's those of all, and none those of models that it may not use", async () => {
    const own = await mkdtemp(join(tmpdir(), 'tensornest-feedback-'));
    const keys = ['mobile', 'web', 'operator', 'penguins'].map((id) => ({ id, ...makeKey() }));
    const entries = keys.map(({ id, sha256 }) => ({
      id,
      sha256,
      scopes: [id === 'operator' ? 'admin' : 'predict'],
      ...(id === 'penguins' ? { models: ['penguins'] } : {}),
    }));
    await writeFile(join(own, 'keys.json'), JSON.stringify({ keys: entries }));
    const guarded = await startTestApp({ STATE_DIR: own, FEEDBACK: 'true', KEYS_FILE: join(own, 'keys.json') });
    const [mobile, web, operator, penguins] = keys.map(({ key }) => new FeedbackClient(guarded.url, key));
    try {
      const id = await mobile!.predict([ARTICLE_ROW, ARTICLE_ROW]);
      expect((await new FeedbackClient(guarded.url).label(id, 'acc')).status).toBe(401);
      for (const stranger of [web!, penguins!]) {
        expect((await stranger.label(id, 'good')).body.type).toBe('/problems/unknown-prediction');
      }
      expect((await mobile!.label(id, 'acc')).body.status).toBe('recorded');
      expect((await operator!.label(`${id}/1`, 'acc')).body.status).toBe('recorded');
      expect((await penguins!.get('/api/v1/models/car-evaluation/feedback')).status).toBe(404);
    } finally {
      await guarded.close();
      await rm(own, { recursive: true });
    }
  });
});

describe('a service without FEEDBACK', () => {
  it('says so to who sends a label, and has its estimate all the same', async () => {
    const plain = await startTestApp();
    const ours = new FeedbackClient(plain.url);
    try {
      const id = await ours.predict();
      const { status, body } = await ours.label(id, 'acc');
      expect([status, body.type]).toEqual([501, '/problems/unsupported']);
      expect(body.detail).toContain('FEEDBACK=true');
      const { feedback, versions } = await ours.quality();
      expect(feedback).toBe(false);
      expect(versions).toEqual([{ version: '2.0.0', live: null, estimated: expect.objectContaining({ rows: 1 }) }]);
    } finally {
      await plain.close();
    }
  });
});
