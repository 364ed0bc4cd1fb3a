import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { carEvaluation } from '../../src/training/datasets/car-evaluation.js';
import { allCarRows, CAR_VALUES } from '../support/car-rows.js';
import { predictOffline } from '../support/offline.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

describe('the request of the seed article', () => {
  it.each([
    '/api/v1/predict',
    '/api/v1/predict/',
    '/api/v1/models/car-evaluation/predict',
    '/api/v1/models/car-evaluation/predict/',
    '/api/v1/models/car-evaluation/versions/2.0.0/predict',
  ])("is answered at %s with a superset of the article's response", async (path) => {
    const { status, body, headers } = await service.post(path, { inputs: [ARTICLE_ROW] });
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(Object.keys(body)).toEqual(['errors', 'version', 'predictions', 'model', 'id', 'results']);
    expect(body).toMatchObject({ errors: null, version: '2.0.0', predictions: [1], model: 'car-evaluation' });
    const [{ probabilities, ...result }] = body.results;
    expect(Object.keys(probabilities)).toEqual(['unacc', 'acc', 'good', 'vgood']);
    expect(result).toEqual({ class: 1, label: 'acc', probability: probabilities.acc });
  });
});

describe('a prediction', () => {
  it('has probabilities of six decimals that sum to one', async () => {
    const { body } = await service.predict([ARTICLE_ROW]);
    const values = Object.values<number>(body.results[0].probabilities);
    expect(values.reduce((sum, value) => sum + value)).toBeCloseTo(1, 5);
    for (const value of values) expect(String(value)).toMatch(/^(\d(\.\d{1,6})?|[1-9]e-[56]|\d\.\de-5)$/);
  });

  it('does not depend on the rows that it is asked with', async () => {
    const rows = allCarRows().slice(0, 50);
    const together = await service.predict(rows);
    for (const index of [0, 17, 49]) {
      const alone = await service.predict([rows[index]]);
      expect(alone.body.results[0]).toEqual(together.body.results[index]);
    }
  });

  it('is the offline prediction for all 1,728 inputs, and right about at least 99.5 % of them', async () => {
    const rows = allCarRows();
    const { body } = await service.predict(rows);
    const offline = predictOffline(rows);
    expect(body.predictions).toEqual(offline.map(({ winner }) => winner));
    body.results.forEach(({ probabilities }: { probabilities: Record<string, number> }, row: number) => {
      Object.values(probabilities).forEach((value, column) => {
        expect(Math.abs(value - offline[row]!.probabilities[column]!)).toBeLessThan(2e-6);
      });
    });
    const right = carEvaluation
      .frame()
      .rows()
      .filter((row, index) => row.class === body.results[index].label).length;
    expect(right / rows.length).toBeGreaterThanOrEqual(0.995);
  });
});

describe('the service', () => {
  const names = Object.keys(CAR_VALUES) as (keyof typeof CAR_VALUES)[];
  const good = fc.record(Object.fromEntries(names.map((name) => [name, fc.constantFrom(...CAR_VALUES[name])])));
  const slip = fc.oneof(
    fc.constantFrom<unknown>('2', 2, 4, 'more', 'high', 'big', null, true, 3.5, [], {}, 'LOW', ''),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  const spoilt = fc
    .tuple(good, fc.constantFrom(...names, 'colour', 'constructor'), slip)
    .map(([row, name, value]) => ({ ...row, [name]: value }));
  const incomplete = fc
    .tuple(good, fc.subarray(names))
    .map(([row, kept]) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => (kept as string[]).includes(name))),
    );

  /** The rule, said once more in the plainest words. */
  const isAllowed = (row: Record<string, unknown>) =>
    Object.keys(row).length === names.length &&
    names.every((name) => {
      const value = row[name];
      const text = typeof value === 'number' ? String(value) : value;
      return Object.hasOwn(row, name) && (CAR_VALUES[name] as readonly unknown[]).includes(text);
    });

  it('answers 200 exactly when the signature allows every row, and 400 otherwise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(good, spoilt, incomplete), { minLength: 1, maxLength: 4 }), async (rows) => {
        const sent = JSON.parse(JSON.stringify(rows)) as Record<string, unknown>[];
        const { status } = await service.predict(rows);
        expect(status).toBe(sent.every(isAllowed) ? 200 : 400);
      }),
      { numRuns: 400 },
    );
  });
});
