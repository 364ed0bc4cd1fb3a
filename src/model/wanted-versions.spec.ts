import { describe, expect, it } from 'vitest';
import { NO_CHOICES } from './model-choices.js';
import { applyChange, choicesFor, type ServingChange } from './serving-state.js';
import { wantedVersions } from './wanted-versions.js';

const STORED = ['3.0.0', '2.0.0', '1.0.0'];
const LATEST = { kind: 'latest' } as const;

function after(...changes: ServingChange[]) {
  return choicesFor(changes.reduce(applyChange, {}), 'cars');
}

describe('the versions that are wanted', () => {
  it('are the newest that can be loaded', () => {
    expect(wantedVersions(LATEST, STORED, NO_CHOICES)).toEqual({ each: [], firstOf: STORED, answering: STORED });
  });

  it('are all of them, or those that are pinned and there', () => {
    expect(wantedVersions({ kind: 'all' }, STORED, NO_CHOICES).each).toEqual(STORED);
    const pinned = { kind: 'pinned', versions: ['1.0.0', '9.0.0'] } as const;
    expect(wantedVersions(pinned, STORED, NO_CHOICES)).toEqual({ each: ['1.0.0'], firstOf: [], answering: ['1.0.0'] });
  });

  it('follow an operator who activates one, until the policy is followed again', () => {
    const choices = after({ kind: 'activate', name: 'cars', version: '1.0.0' });
    // Should it be damaged, the newest one is better than none.
    const order = ['1.0.0', '3.0.0', '2.0.0'];
    expect(wantedVersions(LATEST, STORED, choices)).toEqual({ each: [], firstOf: order, answering: order });
    const back = after({ kind: 'activate', name: 'cars', version: '1.0.0' }, { kind: 'follow-policy', name: 'cars' });
    expect(wantedVersions(LATEST, STORED, back).answering[0]).toBe('3.0.0');
  });

  it('fall back to the policy when the active version is no longer there', () => {
    const choices = after({ kind: 'activate', name: 'cars', version: '0.9.0' });
    expect(wantedVersions(LATEST, STORED, choices).firstOf).toEqual(STORED);
  });

  it('hold what an alias stands for and what was loaded by hand, which do not answer in its place', () => {
    const choices = after(
      { kind: 'set-alias', name: 'cars', alias: 'stable', version: '1.0.0' },
      { kind: 'load', name: 'cars', version: '2.0.0' },
    );
    const wanted = wantedVersions({ kind: 'pinned', versions: ['1.0.0'] }, STORED, choices);
    expect(wanted).toEqual({ each: ['2.0.0', '1.0.0'], firstOf: [], answering: ['1.0.0', '2.0.0'] });
  });

  it('leave out what was unloaded by hand, until it is asked for again', () => {
    const unload = { kind: 'unload', name: 'cars', version: '3.0.0' } as const;
    expect(wantedVersions(LATEST, STORED, after(unload)).firstOf).toEqual(['2.0.0', '1.0.0']);
    const again = after(unload, { kind: 'load', name: 'cars', version: '3.0.0' });
    expect(wantedVersions(LATEST, STORED, again).each).toEqual(['3.0.0']);
  });

  it('no longer hold an active version that is unloaded', () => {
    const choices = after(
      { kind: 'activate', name: 'cars', version: '1.0.0' },
      { kind: 'unload', name: 'cars', version: '1.0.0' },
    );
    expect(choices).toEqual({ aliases: {}, loaded: [], unloaded: ['1.0.0'] });
  });
});
