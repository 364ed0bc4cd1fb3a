import { describe, expect, it } from 'vitest';
import { milliseconds, percent, words } from './format.js';
import { type Entry, readEntries, remember } from './history.js';
import { marginText } from './margin.js';
import { readServerTiming } from './server-timing.js';

describe('figures', () => {
  it.each([
    [0, '0.0%'],
    [0.0001, '<0.1%'],
    [0.934, '93.4%'],
    [0.9999, '>99.9%'],
    [1, '100.0%'],
  ])('a probability of %s is %s', (share, text) => {
    expect(percent(share)).toBe(text);
  });

  it('name a feature in words, once its unit is told', () => {
    expect([words('lug_boot'), words('body_mass_g', 'g'), words('body_mass_g', 'kg')]).toEqual([
      'Lug boot',
      'Body mass',
      'Body mass g',
    ]);
  });

  it('show durations as finely as is worth it', () => {
    expect([0.001, 1.234, 43.6].map(milliseconds)).toEqual(['<0.01 ms', '1.23 ms', '44 ms']);
  });
});

describe('by how much a class was answered', () => {
  const result = (label: string, yes: number) => ({
    class: Number(label === 'yes'),
    label,
    probability: label === 'yes' ? yes : 1 - yes,
    probabilities: { no: 1 - yes, yes },
  });
  const decision = { positive: 'yes', threshold: 0.2, criterion: 'given' };

  it('is how far it is ahead of the next one, where the likeliest class is answered', () => {
    expect(marginText(result('no', 0.25))).toBe('no, 50.0 points ahead of yes');
  });

  it('is how far the class of interest is from its threshold, where there is one', () => {
    expect(marginText(result('yes', 0.25), decision)).toBe('yes, 5.0 points above its threshold of 20.0%');
    expect(marginText(result('no', 0.15), decision)).toBe('no, as yes is 5.0 points below its threshold of 20.0%');
  });
});

it('Server-Timing is read into steps, and what has no duration is passed over', () => {
  expect(readServerTiming('encode;dur=0.2, infer;dur=1e-3, batch;desc="2", x;dur=?')).toEqual([
    { name: 'encode', duration: 0.2 },
    { name: 'infer', duration: 0.001 },
  ]);
  expect(readServerTiming(null)).toEqual([]);
});

describe('the history', () => {
  const entry = (at: number, mass: number): Entry => ({
    at,
    model: 'm',
    version: '1',
    row: { mass },
    label: 'a',
    probabilities: { a: 1 },
  });

  it('keeps each question once, the newest first, and no more than fifty', () => {
    const two = remember(remember([], entry(1, 1)), entry(2, 2));
    expect(remember(two, entry(3, 1)).map(({ at }) => at)).toEqual([3, 2]);
    const many = Array.from({ length: 60 }, (_, at) => entry(at, at)).reduce<Entry[]>(remember, []);
    expect(many).toHaveLength(50);
    expect(many[0]!.at).toBe(59);
  });

  it('survives a storage that holds something else', () => {
    expect(['{', '{}', '[1,null,{"at":1}]', null].map(readEntries)).toEqual([[], [], [], []]);
    expect(readEntries(JSON.stringify([entry(1, 1)]))).toEqual([entry(1, 1)]);
  });
});
