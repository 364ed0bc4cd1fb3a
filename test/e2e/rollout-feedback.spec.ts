import { describe, expect, it } from 'vitest';
import { FeedbackClient } from '../support/feedback-client.js';
import {
  ask,
  begin,
  begun,
  GATE,
  ROWS,
  seen,
  service,
  setUp,
  start,
  status,
  until,
} from '../support/rollout-service.js';

setUp();

const FEEDBACK = { FEEDBACK: 'true' };
const LENIENT = { ...GATE, minRows: 60, minAgreement: 0 };

interface Answered {
  readonly id: string;
  readonly version: string;
  readonly label: string;
}

/** Predictions of one row each, about half of them by each version. */
async function traffic(requests: number): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (let n = 0; n < requests; n += 1) {
    const { id, version, results } = await ask([ROWS[n]!], { 'x-request-id': `request-${n}` });
    answers.push({ id, version, label: results[0].label });
  }
  return answers;
}

/** Says of each whether it was right. */
async function judged(answers: readonly Answered[], isRight: (version: string) => boolean): Promise<void> {
  const items = answers.map(({ id, version, label }) => {
    const other = label === 'unacc' ? 'acc' : 'unacc';
    return { id, label: isRight(version) ? label : other };
  });
  const { status: code } = await new FeedbackClient(service.url).send({ items });
  expect(code).toBe(200);
}

describe('a canary whose outcomes are known', () => {
  const canary = (gate: object) =>
    begun({ candidate: '1.0.0', mode: 'canary', percent: 50, gate: { ...LENIENT, ...gate }, onPass: 'promote' });

  it('is rolled back when it is worse beyond chance, whatever else it has shown', async () => {
    await start('2.0.0', FEEDBACK);
    await canary({ minRows: 100_000 });
    const answers = await traffic(160);
    await judged(answers, (version) => version === '2.0.0');
    const { reasons, live } = await until('rolled-back');
    expect(reasons[0]).toMatch(/^live accuracy 0\.0000 \(0 of \d+ rows\) is significantly worse than 1\.0000/);
    expect(live.candidate).toEqual({ rows: answers.filter(({ version }) => version === '1.0.0').length, correct: 0 });
  });

  it('waits for the labels that were asked for, and passes with them though no more traffic comes', async () => {
    await start('2.0.0', FEEDBACK);
    await canary({ minLabels: 40 });
    const answers = await traffic(160);
    const routed = answers.filter(({ version }) => version === '1.0.0').length;
    await seen(routed);
    const { state, verdict } = await status();
    expect([state, verdict.state]).toEqual(['running', 'undecided']);
    expect(verdict.reasons).toContain('0 of 40 labels for each version');
    await judged(answers, () => true);
    const { reasons } = await until('promoted');
    expect(reasons[2]).toMatch(/^live accuracy 1\.0000 .* is not significantly worse than 1\.0000/);
  });
});

describe('labels that nobody could give', () => {
  it.each([
    ['in the shadow', 'shadow', FEEDBACK, /in the shadow/],
    ['without feedback', 'canary', {}, /FEEDBACK=true/],
  ])('are not to be waited for %s', async (_, mode, env, why) => {
    await start('2.0.0', env);
    const { status: code, body } = await begin({ candidate: '1.0.0', mode, gate: { ...GATE, minLabels: 10 } });
    expect([code, body.errors[0].pointer]).toEqual([400, '/gate/minLabels']);
    expect(body.detail).toMatch(why);
  });
});
