import request from 'supertest';
import { describe, expect, it, vi } from 'vitest';
import { REDACTED } from '../../src/core/redaction.js';
import { ModelRepository } from '../../src/model/model-repository.js';
import {
  addVersion,
  answering,
  ask,
  begun,
  CARS,
  end,
  environment,
  GATE,
  recordedTraffic,
  restart,
  ROLLOUT,
  ROWS,
  seen,
  service,
  setUp,
  SOON,
  start,
  stateOf,
  status,
  until,
} from '../support/rollout-service.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';

setUp();

describe('a shadow rollout, on recorded traffic', () => {
  it('shows how two versions differ', async () => {
    await start('2.0.0');
    await begun({ candidate: '1.0.0', mode: 'shadow', gate: GATE, onFail: 'hold' });
    const answers = await recordedTraffic();
    expect(new Set(answers.map(({ version }) => version))).toEqual(new Set(['2.0.0']));
    const statistics = await seen(1_728);
    // What `model -- diff` says of all inputs, the other way round.
    expect(statistics).toMatchObject({
      dropped: 0,
      labels: ['unacc', 'acc', 'good', 'vgood'],
      confusionMatrix: [
        [1_123, 67, 14, 5],
        [133, 240, 5, 7],
        [7, 27, 33, 2],
        [0, 16, 1, 48],
      ],
      current: { rows: 1_728, errors: 0, errorRate: 0 },
      candidate: { rows: 1_728, errors: 0, errorRate: 0 },
    });
    expect(statistics.agreement).toBeCloseTo(1_444 / 1_728, 12);
    expect(statistics.latencyRatio).toBeGreaterThan(0);
    const worst = statistics.worstDisagreements;
    expect(worst).toHaveLength(10);
    for (const { input, current, candidate, scoreChange } of worst) {
      expect(ROWS).toContainEqual(input);
      expect(current.label).not.toBe(candidate.label);
      expect(scoreChange).toBeLessThanOrEqual(worst[0].scoreChange);
      expect(scoreChange).toBeGreaterThan(statistics.meanScoreChange);
    }
    expect((await until('held')).verdict).toMatchObject({ state: 'fail' });
  });

  it('rolls a worse candidate back, as soon as nothing can save it', async () => {
    await start('2.0.0');
    await begun({ candidate: '1.0.0', mode: 'shadow', gate: GATE });
    await recordedTraffic(ROWS.slice(0, 1_000));
    const { statistics, verdict, reasons } = await until('rolled-back');
    expect(statistics.rows).toBeLessThanOrEqual(1_000);
    expect(verdict.state).toBe('fail');
    expect(reasons[0]).toMatch(/^agreement 0\.\d{4} \(\d+ of \d+ rows\) is out of reach of 0\.98$/);
    expect([await answering(), await stateOf('1.0.0')]).toEqual(['2.0.0', 'available']);
  });

  it('promotes a good candidate, which answers from then on', async () => {
    await start('1.0.0');
    // Nearly as the article's model, and better where it differs.
    const body = {
      candidate: '2.0.0',
      mode: 'shadow',
      gate: { ...GATE, minRows: 1_729, minAgreement: 0.8 },
      onPass: 'promote',
    };
    expect(await begun(body)).toMatchObject({ current: '1.0.0', percent: 100, state: 'running', onFail: 'rollback' });
    expect([await answering(), await stateOf('2.0.0')]).toEqual(['1.0.0', 'ready']);
    await recordedTraffic();
    const { reasons, statistics } = await until('promoted');
    expect(reasons).toContain('error rate 0.0000 (0 of 1729 rows) is at most 0.001');
    expect(statistics.rows).toBe(1_729);
    expect([await answering(), await stateOf('1.0.0')]).toEqual(['2.0.0', 'available']);
  });

  it('holds where it is told to, until an operator promotes', async () => {
    await addVersion('2.1.0', '2.0.0');
    await start('2.0.0');
    await begun({ candidate: '2.1.0', mode: 'shadow', gate: { ...GATE, minRows: 50 } });
    await recordedTraffic(ROWS.slice(0, 50));
    expect((await until('held')).reasons[0]).toBe('agreement 1.0000 (50 of 50 rows) is at least 0.98');
    await ask(ROWS.slice(0, 7));
    await seen(57);
    expect((await request(service.url).post(`${CARS}/versions/2.1.0/activate`)).status).toBe(204);
    expect(await status()).toMatchObject({ state: 'promoted', reasons: ['activated by an operator'] });
    expect([await answering(), await stateOf('2.0.0')]).toEqual(['2.1.0', 'available']);
  });

  it('covers what either version calls sensitive', async () => {
    const sensitive = (name: string) => (manifest: any) => {
      manifest.signature.features.find((feature: any) => feature.name === name).sensitive = true;
    };
    await addVersion('2.1.0', '2.0.0', sensitive('buying'));
    await addVersion('1.1.0', '1.0.0', sensitive('maint'));
    await start('2.1.0');
    await begun({ candidate: '1.1.0', mode: 'shadow', gate: GATE, onFail: 'hold' });
    await ask(ROWS);
    const { worstDisagreements } = await seen(1_728);
    for (const { input } of worstDisagreements) expect(input).toMatchObject({ buying: REDACTED, maint: REDACTED });
    expect(Object.keys(worstDisagreements[0].input).sort()).toEqual(Object.keys(ROWS[0]!).sort());
  });
});

describe('the end of a rollout', () => {
  it('by an operator takes the candidate out of service, and shows until the next one begins', async () => {
    await start('2.0.0');
    await begun({ candidate: '1.0.0', mode: 'canary', percent: 100, gate: GATE });
    expect(await answering()).toBe('1.0.0');
    await seen(1);
    const { status: code, body } = await end();
    expect([code, body.state, body.reasons]).toEqual([200, 'aborted', ['ended by an operator']]);
    expect([await answering(), await stateOf('1.0.0')]).toEqual(['2.0.0', 'available']);
    expect(await status()).toMatchObject({ state: 'aborted', statistics: { rows: 1 } });
    expect((await end()).body.type).toBe('/problems/no-rollout');
    await begun({ candidate: '1.0.0', mode: 'shadow' });
    expect(await status()).toMatchObject({ state: 'running', statistics: null });
  });

  it('leaves a candidate loaded that was loaded before', async () => {
    await start('2.0.0');
    const change = { kind: 'load', name: 'car-evaluation', version: '1.0.0' } as const;
    await service.app.get(ModelRepository).change(change);
    await begun({ candidate: '1.0.0', mode: 'shadow' });
    await end();
    expect(await stateOf('1.0.0')).toBe('ready');
  });
});

describe('a restart in the middle of a rollout', () => {
  it('goes on with it', async () => {
    await start('1.0.0');
    const gate = { ...GATE, minRows: 800, minAgreement: 0.7 };
    const { startedAt } = await begun({ candidate: '2.0.0', mode: 'shadow', gate, onPass: 'promote' });
    await recordedTraffic(ROWS.slice(0, 500));
    await seen(500);
    await restart();
    expect(await status()).toMatchObject({ state: 'running', startedAt, current: '1.0.0', candidate: '2.0.0', gate });
    expect([await answering(), await stateOf('2.0.0')]).toEqual(['1.0.0', 'ready']);
    await recordedTraffic(ROWS.slice(500));
    await until('promoted');
    await restart();
    expect(await answering()).toBe('2.0.0');
    expect(await status()).toMatchObject({ state: 'promoted', startedAt, statistics: null });
  });
});

describe('a rollout in a group of processes', () => {
  it('adds up what they see, and promotes once in all of them', { timeout: 90_000 }, async () => {
    const group = new ServiceProcess({ ...environment(), WEB_CONCURRENCY: '2', LOG_FORMAT: 'json' });
    try {
      const url = await group.url();
      const call = async (method: 'get' | 'post' | 'delete', to: string, body?: object) => {
        // A connection of its own each, so that both processes get some.
        const answer = await request(url)[method](to).set('connection', 'close').send(body);
        expect(answer.status).toBeLessThan(300);
        return answer.body;
      };
      await call('post', `${CARS}/versions/1.0.0/activate`);
      const gate = { ...GATE, minAgreement: 0.8 };
      await call('post', ROLLOUT, { candidate: '2.0.0', mode: 'shadow', gate, onPass: 'promote' });
      for (let from = 0; from < ROWS.length; from += 27) {
        const { version } = await call('post', '/api/v1/predict', { inputs: ROWS.slice(from, from + 27) });
        expect(version).toBe('1.0.0');
      }
      await vi.waitFor(async () => expect((await call('get', ROLLOUT)).state).toBe('promoted'), SOON);
      for (let n = 0; n < 10; n += 1) {
        expect((await call('get', ROLLOUT)).statistics).toMatchObject({ rows: 1_728, dropped: 0 });
        expect((await call('post', '/api/v1/predict', { inputs: [ARTICLE_ROW] })).version).toBe('2.0.0');
      }
      group.signal('SIGTERM');
      expect(await group.exit()).toBe(0);
      const pids = group.lines().filter(({ path: asked }) => asked === '/api/v1/predict');
      expect(new Set(pids.map(({ pid }) => pid)).size).toBe(2);
      const ends = group.lines().filter(({ context, msg }) => context === 'Rollout' && msg.includes('is promoted'));
      expect(ends.map(({ msg }) => msg)).toEqual([
        expect.stringContaining('agreement 0.8356 (1444 of 1728 rows) is at least 0.8'),
      ]);
    } finally {
      group.signal('SIGKILL');
      await group.exit();
    }
  });
});
