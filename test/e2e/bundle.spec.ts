import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeKey } from '../../src/access/key-file.js';
import { freePort } from '../support/free-port.js';
import { ServiceProcess } from '../support/service-process.js';

const NOTE = pathToFileURL(join(import.meta.dirname, '../support/note-imports.ts')).href;
/** What TensorFlow.js needs, and the pages that are given out as they are. */
const APART = /^(@tensorflow\/.*|tslib|long|seedrandom|swagger-ui-dist)$/;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-bundle-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the bundled service', () => {
  it('has every package but those that stay apart within it, so that none is there twice', async () => {
    const env = { GRPC_PORT: String(await freePort()), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    const service = new ServiceProcess(env, { flags: ['--import', NOTE] });
    await service.url();
    service.signal('SIGINT');
    await service.exit();
    const packages = JSON.parse(/^packages: (.*)$/m.exec(service.stderr)![1]!) as string[];
    expect(packages).toContain('@tensorflow/tfjs-core');
    expect(packages.filter((name) => !APART.test(name))).toEqual([]);
  });

  it('describes itself with the names that its modules have', async () => {
    const { key, sha256 } = makeKey();
    await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [{ id: 'reader', sha256 }] }));
    const env = { KEYS_FILE: join(folder, 'keys.json'), STATE_DIR: join(folder, 'state'), ADMIN_API: 'true' };
    const service = new ServiceProcess(env);
    const headers = { authorization: `Bearer ${key}` };
    const answer = await fetch(`${await service.url()}/api/v1/openapi.json`, { headers });
    const document = (await answer.json()) as object;
    service.signal('SIGINT');
    await service.exit();
    expect(document).toEqual(JSON.parse(await readFile('openapi.json', 'utf8')));
  });
});
