import type { OpenAPIObject } from '@nestjs/swagger';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKey } from '../../src/access/key-file.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

interface Answer {
  readonly content?: object;
}

let folder: string;
let service: TestApp;
let document: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-openapi-'));
  const { key, sha256 } = makeKey();
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [{ id: 'reader', sha256 }] }));
  // All that a service can have.
  service = await startTestApp({
    KEYS_FILE: join(folder, 'keys.json'),
    STATE_DIR: join(folder, 'state'),
    ADMIN_API: 'true',
  });
  const { body } = await service.get('/api/v1/openapi.json').set({ authorization: `Bearer ${key}` });
  document = `${JSON.stringify(body, null, 2)}\n`;
});
afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true });
});

describe('openapi.json', () => {
  it('is what the service says of itself; where the change is meant, npm run openapi writes it anew', async () => {
    await expect(document).toMatchFileSnapshot('../../openapi.json');
  });

  it('has problem details for every error of the native API', () => {
    const { paths } = JSON.parse(document) as OpenAPIObject;
    const bodies = Object.entries(paths)
      .filter(([path]) => path.startsWith('/api/v1/'))
      .flatMap(([, item]) => Object.entries(item as Record<string, { responses: Record<string, Answer> }>))
      .flatMap(([, { responses }]) => Object.entries(responses))
      .filter(([status]) => Number(status) >= 400)
      .map(([, { content = {} }]) => Object.keys(content).join());
    expect(bodies.length).toBeGreaterThan(100);
    expect(new Set(bodies)).toEqual(new Set(['application/problem+json']));
  });
});
