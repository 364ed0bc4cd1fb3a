import { describe, expect, it, vi } from 'vitest';
import { ModelRepository } from '../../src/model/model-repository.js';
import {
  answering,
  ask,
  begun,
  CARS,
  GATE,
  recordedTraffic,
  restart,
  ROWS,
  seen,
  service,
  setUp,
  slotOf,
  SOON,
  start,
  status,
  until,
} from '../support/rollout-service.js';
import { ARTICLE_ROW } from '../support/test-app.js';

setUp();

describe('a shadow rollout', () => {
  it('never delays a caller, however slow the candidate is, and drops what it cannot keep up with', async () => {
    await start('2.0.0', { MAX_REQUEST_ROWS: '100' });
    await begun({ candidate: '1.0.0', mode: 'shadow', gate: GATE, onFail: 'hold' });
    const stuck = Promise.withResolvers<undefined>();
    const slot = slotOf('1.0.0');
    const run = slot.run.bind(slot);
    vi.spyOn(slot, 'run').mockImplementation((batch) => stuck.promise.then(() => run(batch)));
    // The first is under way, two wait, and there is no room for the rest.
    for (let n = 0; n < 6; n += 1) expect((await ask(ROWS.slice(0, 100))).version).toBe('2.0.0');
    expect((await status()).statistics).toMatchObject({ rows: 0, dropped: 300 });
    stuck.resolve(undefined);
    expect(await seen(300)).toMatchObject({ dropped: 300 });
  });

  it('never fails a caller, and rolls back a candidate that fails', async () => {
    await start('2.0.0');
    await begun({ candidate: '1.0.0', mode: 'shadow', gate: { ...GATE, minRows: 100_000, minAgreement: 0 } });
    vi.spyOn(slotOf('1.0.0'), 'run').mockRejectedValue(new Error('out of memory'));
    await recordedTraffic(ROWS.slice(0, 500));
    const { statistics, reasons } = await until('rolled-back');
    expect(statistics.candidate).toMatchObject({ errorRate: 1, rowMs: null });
    expect(reasons[0]).toMatch(/^error rate 1\.0000 .* is beyond 0\.001$/);
    expect(await answering()).toBe('2.0.0');
  });

  it('compares the share that it is told to, and nothing that names a version', async () => {
    await start('2.0.0');
    await begun({ candidate: '1.0.0', mode: 'shadow', percent: 20, gate: GATE, onFail: 'hold' });
    await ask(ROWS.slice(0, 50), {}, `${CARS}/versions/2.0.0/predict`);
    for (let n = 0; n < 200; n += 1) await ask([ARTICLE_ROW], { 'x-request-id': `request-${n}` });
    await vi.waitFor(async () => expect((await status()).statistics.rows).toBeGreaterThan(0), SOON);
    const { statistics } = await status();
    // Five standard deviations of the binomial distribution.
    expect(Math.abs(statistics.rows - 40)).toBeLessThan(29);
  });
});

describe('a canary rollout', () => {
  const shares = async (body: object, headersOf: (n: number) => Record<string, string>, requests: number) => {
    await begun({ candidate: '1.0.0', mode: 'canary', gate: { ...GATE, minAgreement: 0 }, ...body });
    const versions: string[] = [];
    for (let n = 0; n < requests; n += 1) versions.push((await ask([ROWS[n]!], headersOf(n))).version);
    return versions;
  };

  it('has the candidate answer its share, and measures how the versions agree', async () => {
    await start('2.0.0');
    const versions = await shares({ percent: 30 }, (n) => ({ 'x-request-id': `request-${n}` }), 600);
    const routed = versions.filter((version) => version === '1.0.0').length;
    // Five standard deviations of the binomial distribution.
    expect(Math.abs(routed - 180)).toBeLessThan(57);
    const { current, candidate, confusionMatrix } = await seen(routed);
    expect([current.rows, candidate.rows]).toEqual([routed, routed]);
    expect(confusionMatrix.flat().reduce((sum: number, count: number) => sum + count, 0)).toBe(routed);
  });

  it('keeps to one version for everyone who sends the sticky header, also after a restart', async () => {
    await start('2.0.0');
    const user = (n: number) => ({ 'X-User': `user-${n % 60}` });
    const versions = await shares({ percent: 50, stickyHeader: 'x-user' }, user, 180);
    const ofUser = (n: number) => [versions[n], versions[n + 60], versions[n + 120]];
    for (let n = 0; n < 60; n += 1) expect(new Set(ofUser(n)).size).toBe(1);
    expect(new Set(versions)).toEqual(new Set(['1.0.0', '2.0.0']));
    await restart();
    for (let n = 0; n < 60; n += 1) expect((await ask([ARTICLE_ROW], user(n))).version).toBe(versions[n]);
  });

  it('gives whoever names a version or an alias that version', async () => {
    await start('2.0.0');
    await service.app
      .get(ModelRepository)
      .change({ kind: 'set-alias', name: 'car-evaluation', alias: 'stable', version: '2.0.0' });
    await begun({ candidate: '1.0.0', mode: 'canary', percent: 100, gate: GATE });
    expect((await ask([ARTICLE_ROW])).version).toBe('1.0.0');
    expect((await ask([ARTICLE_ROW], {}, `${CARS}/predict`)).version).toBe('1.0.0');
    expect((await ask([ARTICLE_ROW], {}, `${CARS}/versions/2.0.0/predict`)).version).toBe('2.0.0');
    expect((await ask([ARTICLE_ROW], {}, `${CARS}/versions/stable/predict`)).version).toBe('2.0.0');
  });

  it('has the current version answer where the candidate fails, and rolls it back', async () => {
    await start('2.0.0');
    await begun({ candidate: '1.0.0', mode: 'canary', percent: 100, gate: GATE });
    vi.spyOn(slotOf('1.0.0'), 'run').mockRejectedValue(new Error('out of memory'));
    for (const answer of await recordedTraffic(ROWS.slice(0, 100))) expect(answer.version).toBe('2.0.0');
    const { statistics } = await until('rolled-back');
    expect(statistics.candidate).toMatchObject({ errorRate: 1 });
    expect(statistics.rows).toBe(0);
  });

  it('answers bad input as ever, and does not hold it against the candidate', async () => {
    await start('2.0.0');
    await begun({ candidate: '1.0.0', mode: 'canary', percent: 100, gate: GATE });
    const { status: code, body } = await service.predict([{ ...ARTICLE_ROW, buying: 'hihg' }]);
    expect([code, body.errors[0].pointer, body.errors[0].nearest]).toEqual([400, '/inputs/0/buying', 'high']);
    await ask([ARTICLE_ROW]);
    expect(await seen(1)).toMatchObject({ candidate: { rows: 1, errors: 0 } });
  });
});

it('counts what a candidate is asked and answers in the shadow for its drift, as if it had answered', async () => {
  const rows = ROWS.slice(0, 600);
  await start('2.0.0', { DRIFT_WINDOW_ROWS: '600' });
  await begun({ candidate: '1.0.0', mode: 'shadow', gate: GATE, onFail: 'hold' });
  await recordedTraffic(rows);
  await seen(600);
  const windows = await vi.waitFor(async () => {
    const { versions } = (await service.get(`${CARS}/drift`)).body;
    expect(versions.map(({ window }: any) => window?.rows)).toEqual([600, 600]);
    return Object.fromEntries(versions.map((found: any) => [found.version, found]));
  }, SOON);
  for (const version of ['1.0.0', '2.0.0']) {
    const { results } = await ask(rows, {}, `${CARS}/versions/${version}/predict`);
    for (const { label, window } of windows[version].predictions.classes.bins) {
      const won = results.filter((result: any) => result.label === label).length;
      expect([version, label, window]).toEqual([version, label, won / 600]);
    }
  }
});
