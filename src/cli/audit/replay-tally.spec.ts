import { describe, expect, it } from 'vitest';
import { ReplayTally } from './replay-tally.js';

const row = (recorded: string, id = 'r/0') => ({ id, place: 'a:1', input: {}, recorded });
const says = (label: string, probabilities: Record<string, number>) => ({
  label,
  probabilities: new Map(Object.entries(probabilities)),
});

describe('the tally of a replay', () => {
  it('counts changes by the recorded class, and keeps no more examples than it may', () => {
    const tally = new ReplayTally(1);
    tally.add(row('no', 'r/0'), says('yes', { no: 0.4, yes: 0.6 }));
    tally.add(row('no', 'r/1'), says('yes', { no: 0.4, yes: 0.6 }));
    tally.add(row('yes', 'r/2'), says('no', { no: 0.9, yes: 0.1 }));
    tally.add(row('yes', 'r/3'), says('yes', { no: 0.1, yes: 0.9 }));
    expect(tally.result()).toEqual({
      rows: 4,
      changed: 3,
      share: 0.75,
      pairs: [
        { from: 'no', to: 'yes', rows: 2 },
        { from: 'yes', to: 'no', rows: 1 },
      ],
      examples: [{ ...row('no', 'r/0'), now: 'yes', probability: 0.6 }],
      largestChange: null,
      notReproduced: 0,
    });
  });

  it('takes a class that only one version knows for one that the other gives no chance', () => {
    const tally = new ReplayTally(0);
    tally.add(row('no'), says('maybe', { no: 0.2, maybe: 0.8 }), says('no', { no: 0.9, yes: 0.1 }));
    expect(tally.result()).toMatchObject({ largestChange: 0.8, changed: 1 });
  });

  it('tells of rows that the version which answered would not answer so today', () => {
    const tally = new ReplayTally(0);
    tally.add(row('no'), says('yes', { no: 0, yes: 1 }), says('yes', { no: 0, yes: 1 }));
    expect(tally.result()).toMatchObject({ notReproduced: 1, changed: 1, largestChange: 0 });
  });

  it('is nothing of nothing', () => {
    expect(new ReplayTally(1).result()).toMatchObject({ rows: 0, share: 0, largestChange: null });
  });
});
