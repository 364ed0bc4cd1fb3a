import { describe, expect, it } from 'vitest';
import { category, signatureOf } from '../../test/support/signatures.js';
import type { TensornestError } from '../core/errors.js';
import type { Rollout, RolloutOutcome } from '../core/rollout.js';
import { assertCompatible } from './rollout-choices.js';
import { applyChange, choicesFor, type ServingChange, type ServingState } from './serving-state.js';
import { wantedVersions } from './wanted-versions.js';

const ROLLOUT: Rollout = {
  id: 'first',
  current: '1.0.0',
  candidate: '2.0.0',
  mode: 'shadow',
  percent: 100,
  gate: { minRows: 1, minAgreement: 1, maxErrorRate: 0, maxLatencyRatio: 1, minLabels: 0 },
  onPass: 'promote',
  onFail: 'rollback',
  startedAt: '2026-01-02T03:04:05.006Z',
};
const STORED = ['2.0.0', '1.0.0'];
const START: ServingChange = { kind: 'start-rollout', name: 'm', rollout: ROLLOUT };

const settle = (outcome: RolloutOutcome, reason = 'because', id = 'first'): ServingChange => ({
  kind: 'settle-rollout',
  name: 'm',
  id,
  settled: { outcome, reasons: [reason] },
});

const after = (...changes: ServingChange[]): ServingState => changes.reduce(applyChange, {});
const wanted = (...changes: ServingChange[]) => {
  const { each, firstOf, answering } = wantedVersions({ kind: 'latest' }, STORED, choicesFor(after(...changes), 'm'));
  return { loaded: [...new Set([...each, firstOf[0]])].sort(), answers: answering[0] };
};

describe('a rollout', () => {
  it('has both versions loaded, and the older current one go on answering', () => {
    expect(wanted(START)).toEqual({ loaded: ['1.0.0', '2.0.0'], answers: '1.0.0' });
  });

  it('has a candidate loaded that an operator had unloaded, and unloads it again', () => {
    const unload: ServingChange = { kind: 'unload', name: 'm', version: '2.0.0' };
    expect(wanted(unload, START).loaded).toEqual(['1.0.0', '2.0.0']);
    expect(wanted(unload, START, settle('aborted')).loaded).toEqual(['1.0.0']);
  });

  it.each<[RolloutOutcome, string, string[]]>([
    ['promoted', '2.0.0', ['2.0.0']],
    ['rolled-back', '1.0.0', ['1.0.0']],
    ['aborted', '1.0.0', ['1.0.0']],
    ['held', '1.0.0', ['1.0.0', '2.0.0']],
  ])('that is %s has %s answer', (outcome, answers, loaded) => {
    expect(wanted(START, settle(outcome))).toEqual({ loaded, answers });
    expect(choicesFor(after(START, settle(outcome)), 'm').rollout?.settled?.outcome).toBe(outcome);
  });

  it('leaves a candidate loaded that something else asks for', () => {
    const alias: ServingChange = { kind: 'set-alias', name: 'm', alias: 'next', version: '2.0.0' };
    expect(wanted(START, alias, settle('rolled-back')).loaded).toEqual(['1.0.0', '2.0.0']);
  });

  it('is settled once: what comes later makes no difference', () => {
    for (const outcome of ['promoted', 'rolled-back', 'aborted'] as const) {
      const settled = after(START, settle(outcome));
      for (const late of [settle('promoted'), settle('rolled-back'), settle('aborted'), settle('held')]) {
        expect(applyChange(settled, late)).toBe(settled);
      }
    }
  });

  it('that is held is ended by an operator only', () => {
    const held = after(START, settle('held'));
    expect(applyChange(held, settle('rolled-back'))).toBe(held);
    expect(applyChange(held, settle('held', 'again'))).toBe(held);
    const aborted = choicesFor(applyChange(held, settle('aborted')), 'm');
    expect(aborted.rollout?.settled?.outcome).toBe('aborted');
    const activated = choicesFor(applyChange(held, { kind: 'activate', name: 'm', version: '2.0.0' }), 'm');
    expect([activated.active, activated.rollout?.settled?.outcome]).toEqual(['2.0.0', 'promoted']);
  });

  it('is not touched by the end of another one, and does not begin while one is running', () => {
    const running = after(START);
    expect(applyChange(running, settle('aborted', 'late', 'another'))).toBe(running);
    expect(applyChange(running, { ...START, rollout: { ...ROLLOUT, id: 'second' } })).toBe(running);
    const next = after(START, settle('aborted'), { ...START, rollout: { ...ROLLOUT, id: 'second' } });
    expect(choicesFor(next, 'm').rollout).toMatchObject({ id: 'second' });
    expect(choicesFor(next, 'm').rollout?.settled).toBeUndefined();
  });
});

describe('signatures of a rollout', () => {
  const COLOUR = category('colour', ['red', 'blue']);
  const SIGNATURE = signatureOf(COLOUR);
  const refusal = (candidate: typeof SIGNATURE) => {
    try {
      assertCompatible(SIGNATURE, candidate);
    } catch (error) {
      const { code, message } = error as TensornestError;
      return [code, message];
    }
    return undefined;
  };

  it('may differ in how values are encoded and described', () => {
    expect(refusal(signatureOf(category('colour', ['blue', 'red'], { encoding: 'ordinal' })))).toBeUndefined();
  });

  it('must take the same values and give the same classes under the same numbers', () => {
    expect(refusal(signatureOf(category('colour', ['red', 'blue', 'green'])))).toEqual([
      'incompatible-signature',
      expect.stringContaining('value "green" is only in the second'),
    ]);
    expect(refusal({ ...SIGNATURE, classes: SIGNATURE.classes.toReversed() })).toEqual([
      'incompatible-signature',
      expect.stringContaining('in another order'),
    ]);
  });
});
