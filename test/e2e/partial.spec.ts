import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

const BAD_ROW = { ...ARTICLE_ROW, safety: 'none' };

describe('a partial request', () => {
  let service: TestApp;
  const predict = (body: object) => service.post('/api/v1/predict', body);

  beforeAll(async () => {
    service = await startTestApp();
  });
  afterAll(() => service.close());

  it('answers good rows in their places, and says what is wrong with the others', async () => {
    const { status, body } = await predict({ inputs: [ARTICLE_ROW, BAD_ROW, 7, ARTICLE_ROW], partial: true });
    const [good] = (await predict({ inputs: [ARTICLE_ROW] })).body.results;
    expect(status).toBe(200);
    expect(body.results).toEqual([good, null, null, good]);
    expect(body.predictions).toEqual([good.class, null, null, good.class]);
    expect(body.errors).toMatchObject([
      { row: 1, problems: [{ pointer: '/inputs/1/safety', code: 'not-allowed' }] },
      { row: 2, problems: [{ pointer: '/inputs/2', code: 'wrong-type' }] },
    ]);
  });

  it('answers like any other where all rows are good', async () => {
    const { body } = await predict({ inputs: [ARTICLE_ROW], partial: true });
    expect(body.errors).toBeNull();
    expect(body.results).toHaveLength(1);
  });

  it('is refused where no row is good, with every problem', async () => {
    const { status, body } = await predict({ inputs: [BAD_ROW, BAD_ROW], partial: true });
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/inputs/0/safety',
      '/inputs/1/safety',
    ]);
  });

  it.each([
    ['none', { inputs: [], partial: true }, '/inputs'],
    ['too many', { inputs: Array(5_001).fill(ARTICLE_ROW), partial: true }, '/inputs'],
  ])('needs rows, and not more than any other: %s', async (_, body, pointer) => {
    const answer = await predict(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0].pointer).toBe(pointer);
  });

  it('refuses the whole where it is not partial', async () => {
    for (const partial of [false, undefined]) {
      expect((await predict({ inputs: [ARTICLE_ROW, BAD_ROW], partial })).status).toBe(400);
    }
  });
});
