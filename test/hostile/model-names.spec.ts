import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HTTP_DOORS } from '../support/doors.js';
import { RawClient, rawRequest } from '../support/raw-client.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

/** As they stand in a path. */
const NAMES = [
  '..%2f',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e',
  '%2e%2e%2f%2e%2e%2fpackage.json',
  'a%00b',
  'car-evaluation%00',
  'car-evaluation%20',
  'car-evaluation%2f1.0.0',
  'CAR-EVALUATION',
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  'x'.repeat(10_000),
  // Cyrillic a, full-width c, a soft hyphen, a combining accent, another direction.
  'c%D0%B0r-evaluation',
  '%EF%BD%83ar-evaluation',
  'car%C2%AD-evaluation',
  'car-evaluation%CC%81',
  '%E2%80%AEcar-evaluation',
  '%F0%9F%9A%97',
  '${7*7}',
  '%0d%0aX-Evil',
];

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

async function ask(method: string, path: string, body = '') {
  const client = await RawClient.connect(service.url);
  const answer = (await client.send(rawRequest(method, path, [], body)).answer())!;
  client.close();
  return answer;
}

/** An answer without what says which name was asked for. */
function form(answer: { status: number; body: string }, name: string): object {
  const known = decodeURIComponent(name);
  const body = JSON.parse(answer.body) as Record<string, unknown>;
  for (const [key, value] of Object.entries(body)) {
    if (typeof value !== 'string') continue;
    for (const shown of [JSON.stringify(known).slice(1, -1), known, name])
      body[key] = String(body[key]).replaceAll(shown, 'NAME');
  }
  if ('instance' in body) body.instance = 'ID';
  return { status: answer.status, body };
}

describe.each(Object.entries(HTTP_DOORS))('a name that no model can have, at %s', (_, { path, body }) => {
  it.each(NAMES.map((name) => [name.slice(0, 60), name]))(
    '%s is answered as any unknown model',
    async (_shown, name) => {
      const text = JSON.stringify(body([ARTICLE_ROW]));
      const unknown = form(await ask('POST', path('nobody'), text), 'nobody');
      expect(unknown).toMatchObject({ status: 404 });
      expect(form(await ask('POST', path(name), text), name)).toEqual(unknown);
      expect((await ask('POST', path('car-evaluation', name), text)).status).toBeOneOf([400, 404]);
    },
  );
});

it('a path that is no percent-encoding is a bad request', async () => {
  for (const { path, body } of Object.values(HTTP_DOORS)) {
    for (const name of ['%', '%zz', '%c0%af', '%E2%82']) {
      expect((await ask('POST', path(name), JSON.stringify(body([ARTICLE_ROW])))).status).toBe(400);
    }
  }
});
