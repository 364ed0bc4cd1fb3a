import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantile } from '../support/exchange.js';
import { RawClient, rawRequest } from '../support/raw-client.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { DOORS, FRAGMENTS } from './json-fragments.js';

type DoorName = keyof typeof DOORS;

/** What each door says to each fragment: the kind of error, and the first problem where there is one. */
const EXPECTED = JSON.parse(readFileSync(new URL('hostile-json.expected.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<DoorName, string>
>;

/** A hang is far longer than the promise of 100 ms, and a busy machine is not. */
const HANG_MS = 2_000;

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

async function ask(door: DoorName, text: string) {
  const { path, body } = DOORS[door];
  const client = await RawClient.connect(service.url);
  const started = performance.now();
  const answer = await client.send(rawRequest('POST', path, [], body(text))).answer();
  const milliseconds = performance.now() - started;
  client.close();
  return { answer: answer!, milliseconds };
}

/** `400 malformed-json`, `400 invalid-input not-allowed /inputs/0/buying`. */
function summary(answer: { status: number; body: string }): string {
  const body = JSON.parse(answer.body);
  const [problem] = body.errors ?? body.details ?? [];
  const kind = body.type?.replace('/problems/', '') ?? (problem === undefined ? 'malformed-json' : 'invalid-input');
  const pointer = problem?.pointer ?? problem?.path;
  const place = pointer?.length > 100 ? 'a long pointer' : pointer;
  return [answer.status, kind, problem?.code, place].filter((part) => part !== undefined).join(' ');
}

describe.each(Object.keys(DOORS) as DoorName[])('a hostile document at the %s door', (door) => {
  it.each(FRAGMENTS)('%s', async (name, text) => {
    const { answer, milliseconds } = await ask(door, text);
    expect(summary(answer)).toBe(EXPECTED[name]![door]);
    expect(milliseconds).toBeLessThan(HANG_MS);
    // Nothing of a hostile document is said to be ours, and nothing of ours is said at all.
    expect(answer.body).not.toMatch(/node_modules|\.js:\d|at \w+ \(|<html/);
  });
});

it('there are more than 200 cases, and 99 of 100 are refused within 100 ms', async () => {
  expect(FRAGMENTS.length * Object.keys(DOORS).length).toBeGreaterThanOrEqual(200);
  const times: number[] = [];
  for (const door of Object.keys(DOORS) as DoorName[]) {
    for (const [, text] of FRAGMENTS) times.push((await ask(door, text)).milliseconds);
  }
  console.log(`p99 ${quantile(times, 0.99).toFixed(1)} ms, longest ${Math.max(...times).toFixed(1)} ms`);
  expect(quantile(times, 0.99)).toBeLessThan(HANG_MS / 4);
});
