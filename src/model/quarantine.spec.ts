import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Quarantine } from './quarantine.js';

const QUIET_MS = 5_000;
const release = vi.fn<() => void>();
let quarantine: Quarantine;
beforeEach(() => {
  vi.useFakeTimers();
  quarantine = new Quarantine(QUIET_MS, release);
});
afterEach(() => {
  quarantine.close();
  vi.useRealTimers();
  vi.resetAllMocks();
});

const found = (revision: string, name = 'cars') => ({ name, version: '1.0.0', revision });

describe('a package that cannot be activated', () => {
  it('is held until it has stood still for the quiet time, and looked at once more then', () => {
    expect(quarantine.holds(found('a'))).toBe(true);
    vi.advanceTimersByTime(QUIET_MS - 10);
    expect(quarantine.holds(found('a'))).toBe(true);
    expect(release).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10);
    expect(release).toHaveBeenCalledOnce();
    expect(quarantine.holds(found('a'))).toBe(false);
  });

  it('is held for longer when it changes, whatever happens to others', () => {
    quarantine.holds(found('a'));
    vi.advanceTimersByTime(3_000);
    quarantine.holds(found('x', 'penguins'));
    expect(quarantine.holds(found('b'))).toBe(true);
    vi.advanceTimersByTime(3_000);
    expect(quarantine.holds(found('b'))).toBe(true);
    expect(release).not.toHaveBeenCalled();
    vi.advanceTimersByTime(2_000);
    expect(release).toHaveBeenCalledTimes(2);
    expect([quarantine.holds(found('b')), quarantine.holds(found('x', 'penguins'))]).toEqual([false, false]);
  });

  it('is no longer waited for when nobody looks any more', () => {
    quarantine.holds(found('a'));
    quarantine.close();
    vi.advanceTimersByTime(QUIET_MS);
    expect(release).not.toHaveBeenCalled();
  });
});
