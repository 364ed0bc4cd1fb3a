import { describe, expect, it } from 'vitest';
import { Roster } from './roster.js';

const READY = { started: true, faults: {} };
const LOADING = { started: false, faults: {} };
const FAULTY = { started: true, faults: { cars: 'the device is gone' } };

/** A group of two that is in service. */
function running(): Roster {
  const roster = new Roster(2);
  for (const place of [0, 1]) {
    roster.joined(place);
    roster.heard(place, READY);
  }
  return roster;
}

describe('a roster', () => {
  it('counts a process from the moment it listens, as not ready until it says so', () => {
    const roster = new Roster(2);
    expect(roster.seenFrom(0)).toEqual({ of: 2, started: false, others: [] });
    roster.joined(1);
    expect(roster.seenFrom(0).others).toEqual([LOADING]);
    roster.heard(1, READY);
    expect(roster.seenFrom(0).others).toEqual([READY]);
  });

  it('shows a process the others and not itself', () => {
    const roster = running();
    roster.heard(0, FAULTY);
    expect(roster.seenFrom(0).others).toEqual([READY]);
    expect(roster.seenFrom(1).others).toEqual([FAULTY]);
  });

  it('has started when every process has loaded once, and stays so when one dies', () => {
    const roster = new Roster(2);
    roster.joined(0);
    roster.heard(0, READY);
    expect(roster.started).toBe(false);
    roster.heard(1, READY);
    expect(roster.started).toBe(true);
    roster.left(1);
    expect(roster.started).toBe(true);
  });

  it('forgets a dead process, and its replacement until it listens', () => {
    const roster = running();
    roster.left(1);
    expect(roster.seenFrom(0)).toEqual({ of: 2, started: true, others: [] });
    roster.heard(1, READY);
    expect(roster.seenFrom(0).others).toEqual([]);
    roster.joined(1);
    expect(roster.seenFrom(0).others).toEqual([READY]);
  });

  it('does not take the word of a dead process for that of its replacement', () => {
    const roster = running();
    roster.heard(1, FAULTY);
    roster.left(1);
    roster.joined(1);
    expect(roster.seenFrom(0).others).toEqual([LOADING]);
  });
});
