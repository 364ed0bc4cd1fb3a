import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type INestApplication, Module, ValidationPipe } from '@nestjs/common';
import type { Request, Response } from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { makeKey } from '../../src/access/key-file.js';
import { TensornestModule, type TensornestOptions } from '../../src/index.js';
import { BIRD, RunningHosts } from './running-hosts.js';

const hosts = new RunningHosts();
afterEach(() => hosts.stop());

const PREDICT = '/ml/api/v1/models/penguins/predict';
const open = (options: TensornestOptions = {}, prepare?: (app: INestApplication) => void) =>
  hosts.start({ doors: { prefix: '/ml' }, anonymousAccess: true, ...options }, prepare);

describe('doors under the address of a host', () => {
  it('answer as those of the service, and only those that were opened', async () => {
    const { get, post } = await open();
    const { body, headers } = await post(PREDICT)
      .send({ inputs: [BIRD] })
      .expect(200);
    expect(body).toMatchObject({ errors: null, model: 'penguins', predictions: [2], results: [{ label: 'Gentoo' }] });
    expect(headers['server-timing']).toMatch(/^encode;dur=/);
    await get('/ml/api/v1/models').expect(200);
    for (const path of ['/ml/v2', '/ml/health/live', '/ml/metrics', '/ml', '/ml/docs', '/api/v1/models']) {
      const { body: answer } = await get(path).expect(404);
      expect(answer).toMatchObject({ message: `Cannot GET ${path}` });
    }
  });

  it('have the errors of their protocol', async () => {
    const { get, post } = await open({ doors: { prefix: '/ml', open: ['rest', 'open-inference', 'v1'] } });
    const { body } = await post(PREDICT)
      .send({ inputs: [{ ...BIRD, sex: 'X' }] })
      .expect(400);
    expect(body).toMatchObject({ type: '/problems/invalid-input', errors: [{ pointer: '/inputs/0/sex' }] });
    expect(
      (await post(PREDICT).set('content-type', 'application/json').send('{"inputs":').expect(400)).body,
    ).toMatchObject({
      type: '/problems/malformed-json',
    });
    expect((await get('/ml/v2/models/nobody').expect(404)).body).toEqual({ error: expect.stringContaining('nobody') });
    expect((await get('/ml/v1/models/nobody').expect(404)).body).toMatchObject({ error: expect.any(String) });
  });

  it('may be at the root, with probes and metrics, beside the routes of the host', async () => {
    const { get, post } = await open({ doors: { open: ['rest', 'health', 'metrics'] } });
    await post('/api/v1/models/penguins/predict')
      .send({ inputs: [BIRD] })
      .expect(200);
    await get('/health/ready').expect(200);
    expect((await get('/metrics').expect(200)).text).toContain('tensornest_inference_requests_total');
    await post('/birds/species').send(BIRD).expect(200);
    expect((await get('/').expect(404)).body).toMatchObject({ message: 'Cannot GET /' });
  });

  it('take no notice of pipes, limits and middleware of the host, which keeps them for itself', async () => {
    const { post } = await open({}, (app) => {
      app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
      app.setGlobalPrefix('host');
    });
    // More than the 100 kB that Express's own reader takes.
    const inputs = Array.from({ length: 1_500 }, () => BIRD);
    expect((await post(PREDICT).send({ inputs }).expect(200)).body.predictions).toHaveLength(1_500);
    await post('/host/birds/species').send(BIRD).expect(200);
  });

  it('describe themselves as they are there', async () => {
    const { get } = await open();
    const { body } = await get('/ml/api/v1/openapi.json').expect(200);
    expect(body.servers).toEqual([{ url: '/ml' }]);
    expect(Object.keys(body.paths)).toContain('/api/v1/models/penguins/predict');
    expect(Object.keys(body.paths).filter((path) => !path.startsWith('/api/v1'))).toEqual([]);
  });

  it('can ask for keys', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tensornest-embedded-'));
    const keysFile = join(folder, 'keys.json');
    const { key, sha256 } = makeKey();
    await writeFile(keysFile, JSON.stringify({ keys: [{ id: 'me', sha256 }] }));
    const { post } = await open({ keysFile, anonymousAccess: false });
    await post(PREDICT)
      .send({ inputs: [BIRD] })
      .expect(401);
    await post(PREDICT)
      .set('x-api-key', key)
      .send({ inputs: [BIRD] })
      .expect(200);
    // The host is in front of its own routes itself.
    await post('/birds/species').send(BIRD).expect(200);
    await hosts.stop();
    await rm(folder, { recursive: true });
  });

  it('can be behind the authentication of the host', async () => {
    const guard = (request: Request, response: Response, next: () => void) => {
      if (request.headers.authorization === 'Bearer host') next();
      else response.status(401).json({ by: 'the host' });
    };
    const { get, post } = await open({ doors: { prefix: '/ml', use: [guard] }, anonymousAccess: false });
    await post(PREDICT)
      .send({ inputs: [BIRD] })
      .expect(401, { by: 'the host' });
    await post(PREDICT)
      .set('authorization', 'Bearer host')
      .send({ inputs: [BIRD] })
      .expect(200);
    await get('/birds/model').expect(200);
  });
});

describe('doors that cannot be', () => {
  it.each([
    [{ doors: { prefix: 'ml' } }, 'doors.prefix must be a path such as /models'],
    [{ doors: { prefix: '/ml/' } }, 'doors.prefix must be a path'],
    [{ doors: { open: ['grpc'] } }, 'doors.open must list some of rest, open-inference, v1, health, metrics'],
    [{ doors: { open: [] } }, 'doors.open must list some of'],
    [
      { doors: {}, anonymousAccess: false },
      'doors must not be open to everybody by accident: name a file of keys with keysFile',
    ],
    [{ doors: {}, queueRows: -1 }, 'queueRows must be at least 1'],
  ])('are refused: %j', async (options, fault) => {
    await expect(open(options as TensornestOptions)).rejects.toThrow(fault);
  });

  it('are refused where there is no HTTP', async () => {
    @Module({ imports: [TensornestModule.forRoot({ doors: {}, anonymousAccess: true })] })
    class Job {}
    await expect(hosts.startContext(Job)).rejects.toThrow('doors need a host on Express');
  });
});
