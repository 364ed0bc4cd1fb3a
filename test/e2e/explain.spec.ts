import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

const PENGUIN = {
  island: 'Torgersen',
  beak_length_mm: 39.1,
  beak_depth_mm: 18.7,
  flipper_length_mm: 181,
  body_mass_g: 3750,
  sex: 'MALE',
};

interface Explanation {
  readonly label: string;
  readonly probability: number;
  readonly baseValue: number;
  readonly method: string;
  readonly contributions: readonly { feature: string; value: unknown; contribution: number; standardError?: number }[];
}

const sumOf = ({ baseValue, contributions }: Explanation) =>
  contributions.reduce((sum, { contribution }) => sum + contribution, baseValue);

describe('explanations', () => {
  let service: TestApp;
  const ask = (path: string, body: unknown) => service.post(`/api/v1/models/${path}`, body);

  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());

  describe.each([
    ['car-evaluation', ARTICLE_ROW],
    ['penguins', PENGUIN],
  ])('of %s', (model, row) => {
    it('are exact, and sum with the base value to the probability that a prediction gives', async () => {
      const { body } = await ask(`${model}/explain`, { inputs: [row] }).expect(200);
      const [explanation] = body.explanations as Explanation[];
      const predicted = (await ask(`${model}/predict`, { inputs: [row] })).body.results[0];
      expect(explanation).toMatchObject({ label: predicted.label, method: 'exact' });
      expect(explanation!.probability).toBeCloseTo(predicted.probability, 5);
      expect(Math.abs(sumOf(explanation!) - explanation!.probability)).toBeLessThan(1e-4);
      expect(explanation!.contributions.map(({ feature }) => feature)).toEqual(Object.keys(row));
    });

    it('that are sampled say so, give standard errors, and are near the exact ones', async () => {
      const [exact] = (await ask(`${model}/explain`, { inputs: [row] })).body.explanations as Explanation[];
      const { body } = await ask(`${model}/explain`, { inputs: [row], method: 'sampled' }).expect(200);
      const [sampled] = body.explanations as Explanation[];
      expect(sampled!.method).toBe('sampled');
      expect(Math.abs(sumOf(sampled!) - sampled!.probability)).toBeLessThan(1e-4);
      sampled!.contributions.forEach(({ contribution, standardError }, index) => {
        const error = Math.abs(contribution - exact!.contributions[index]!.contribution);
        expect(error).toBeLessThan(5 * standardError! + 1e-3);
      });
    });

    it('show for every value of each feature what a prediction says of it', async () => {
      const { body } = await ask(`${model}/what-if`, { input: row }).expect(200);
      const curves = body.features as {
        feature: string;
        current: unknown;
        values: (string | number)[];
        probabilities: Record<string, number[]>;
      }[];
      expect(curves.map(({ feature }) => feature)).toEqual(Object.keys(row));
      const inputs = curves.flatMap(({ feature, values }) => values.map((value) => ({ ...row, [feature]: value })));
      const { results } = (await ask(`${model}/predict`, { inputs })).body as {
        results: { probabilities: Record<string, number> }[];
      };
      let at = 0;
      for (const { values, probabilities } of curves) {
        values.forEach((_, index) => {
          for (const [label, expected] of Object.entries(results[at]!.probabilities)) {
            expect(probabilities[label]![index]).toBeCloseTo(expected, 5);
          }
          at += 1;
        });
      }
    });

    it('find a change that flips the class, as a prediction of the changed row says', async () => {
      const { body } = await ask(`${model}/counterfactual`, { input: row }).expect(200);
      expect(body.found).toBe(true);
      expect(body.changes.length).toBeGreaterThan(0);
      const changed = Object.fromEntries(
        (body.changes as { feature: string; to: unknown }[]).map(({ feature, to }) => [feature, to]),
      );
      expect(body.input).toEqual({ ...row, ...changed });
      const predicted = (await ask(`${model}/predict`, { inputs: [body.input] })).body.results[0];
      expect(predicted.label).toBe(body.to.label);
      expect(predicted.label).not.toBe(body.from.label);
    });

    it('rank the features by what they matter', async () => {
      const { body } = await service.get(`/api/v1/models/${model}/importance`).expect(200);
      const sizes = (body.features as { importance: number }[]).map(({ importance }) => importance);
      expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
      expect(sizes[0]).toBeGreaterThan(0.05);
    });
  });

  it('keep frozen features as they are, and reach the class that was asked for', async () => {
    const frozen = ['safety', 'persons'];
    const { body } = await ask('car-evaluation/counterfactual', { input: ARTICLE_ROW, frozen, target: 'acc' });
    const names = ((body.changes ?? []) as { feature: string }[]).map(({ feature }) => feature);
    expect(names.filter((name) => frozen.includes(name))).toEqual([]);
    expect(body.found ? body.to.label : 'acc').toBe('acc');
  });

  it('say so when there is no change that would do', async () => {
    const frozen = Object.keys(ARTICLE_ROW);
    const { body } = await ask('car-evaluation/counterfactual', { input: ARTICLE_ROW, frozen }).expect(200);
    expect(body.found).toBe(false);
    expect(body).not.toHaveProperty('changes');
  });

  it('are the same from each version, tabulated or not', async () => {
    const plain = await startTestApp({ TABULATE: 'off', PLACEMENT: 'worker', VERSION_POLICY: 'all' });
    try {
      const body = { inputs: [ARTICLE_ROW] };
      const one = (await ask('car-evaluation/explain', body)).body;
      const other = (await plain.post('/api/v1/models/car-evaluation/versions/2.0.0/explain', body)).body;
      one.explanations[0].contributions.forEach(({ contribution }: { contribution: number }, index: number) => {
        expect(other.explanations[0].contributions[index].contribution).toBeCloseTo(contribution, 5);
      });
    } finally {
      await plain.close();
    }
  });

  it('come through KServe V1 as well, the same', async () => {
    const native = (await ask('penguins/explain', { inputs: [PENGUIN] })).body;
    const { status, body } = await service.post('/v1/models/penguins:explain', { instances: [PENGUIN] });
    expect(status).toBe(200);
    expect(body.explanations).toEqual(native.explanations);
  });

  it.each([
    ['a value that is not allowed', 'explain', { inputs: [{ ...ARTICLE_ROW, safety: 'none' }] }, '/inputs/0/safety'],
    ['an unknown class', 'explain', { inputs: [ARTICLE_ROW], class: 'best' }, '/class'],
    ['an unknown method', 'explain', { inputs: [ARTICLE_ROW], method: 'magic' }, '/method'],
    ['no rows', 'explain', { inputs: [] }, '/inputs'],
    ['an unknown key', 'explain', { inputs: [ARTICLE_ROW], rows: 1 }, '/rows'],
    ['a row that is a list', 'what-if', { input: [1] }, '/input'],
    ['a missing value', 'what-if', { input: {} }, '/input/buying'],
    ['an unknown feature', 'what-if', { input: ARTICLE_ROW, features: ['colour'] }, '/features/0'],
    ['an unknown target', 'counterfactual', { input: ARTICLE_ROW, target: 'best' }, '/target'],
    ['an unknown frozen feature', 'counterfactual', { input: ARTICLE_ROW, frozen: ['colour'] }, '/frozen/0'],
    ['too many changes', 'counterfactual', { input: ARTICLE_ROW, maxChanges: 99 }, '/maxChanges'],
  ])('name the place of %s', async (_, verb, body, pointer) => {
    const answer = await ask(`car-evaluation/${verb}`, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].pointer).toBe(pointer);
  });

  it('refuse what would take more rows of the model than EXPLAIN_ROWS, and say what to do', async () => {
    const inputs = Array.from({ length: 100 }, () => ARTICLE_ROW);
    const { status, body } = await ask('car-evaluation/explain', { inputs, method: 'exact' });
    expect(status).toBe(400);
    expect(body.detail).toContain('EXPLAIN_ROWS');
    const left = await ask('car-evaluation/explain', { inputs });
    expect(left.body.explanations).toHaveLength(100);
    expect(left.body.explanations[0].method).toBe('sampled');
  });

  it('are documented', async () => {
    const { body } = await service.get('/api/v1/openapi.json');
    for (const verb of ['explain', 'what-if', 'counterfactual', 'importance']) {
      expect(body.paths).toHaveProperty([`/api/v1/models/{name}/${verb}`]);
    }
  });
});
