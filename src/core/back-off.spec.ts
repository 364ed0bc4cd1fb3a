import { expect, it } from 'vitest';
import { BackOff } from './back-off.js';

it('replaces at once the first time, then waits longer while they die young, up to 5 s', () => {
  const backOff = new BackOff(100);
  const waits = Array.from({ length: 9 }, () => backOff.next(9_999));
  expect(waits).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

it('starts over after one that lived for 10 s', () => {
  const backOff = new BackOff(200);
  const waits = [1, 1, 1, 10_000, 1].map((lived) => backOff.next(lived));
  expect(waits).toEqual([0, 200, 400, 0, 200]);
});
