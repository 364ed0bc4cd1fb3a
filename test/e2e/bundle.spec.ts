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

const UNASKED = new Set([
  ...['@grpc/grpc-js', '@nestjs/microservices', '@opentelemetry/sdk-trace'],
  ...['body-parser', 'iconv-lite', 'js-yaml', 'libphonenumber-js', 'multer'],
]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-bundle-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The packages of which a start reads files, and those that are in the bundled files that it reads. */
async function read(env: Record<string, string>): Promise<{ packages: string[]; bundled: string[] }> {
  const service = new ServiceProcess(env, { flags: ['--import', NOTE] });
  await service.url();
  service.signal('SIGINT');
  await service.exit();
  const [packages, bundled] = ['packages', 'bundled'].map((kind) =>
    JSON.parse(new RegExp(`^${kind}: (.*)$`, 'm').exec(service.stderr)![1]!),
  );
  return { packages, bundled };
}

describe('the bundled service', () => {
  it('has every package but those that stay apart within it, so that none is there twice', async () => {
    const { packages, bundled } = await read({
      GRPC_PORT: String(await freePort()),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    });
    expect(packages).toContain('@tensorflow/tfjs-core');
    expect(packages.filter((name) => !APART.test(name))).toEqual([]);
    expect(bundled).toEqual(expect.arrayContaining(['@nestjs/core', '@grpc/grpc-js', '@opentelemetry/sdk-trace']));
  });

  it('starts without the libraries that nobody asked for', async () => {
    const { bundled } = await read({});
    expect(bundled).toContain('@nestjs/core');
    expect(bundled.filter((name) => UNASKED.has(name))).toEqual([]);
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
