import { readdir } from 'node:fs/promises';
import type { Worker } from 'node:worker_threads';
import { Module } from '@nestjs/common';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { ModelCatalogue, PredictionService, TensornestModule, type TensornestOptions } from '../../src/index.js';
import { ModelsFolder } from '../support/models-folder.js';
import { BIRD, RunningHosts } from './running-hosts.js';

const PENGUINS = 'penguins/1.0.0';

const hosts = new RunningHosts();
const start = (options?: TensornestOptions) => hosts.start(options);
afterEach(() => hosts.stop());

describe('an application with models in it', () => {
  it('asks them in routes of its own, and they are loaded before it listens', async () => {
    const { get, post } = await start();
    const { body } = await post('/birds/species').send(BIRD).expect(200);
    expect(body).toEqual({ species: 'Gentoo', certainty: expect.closeTo(1, 2) });
    await get('/birds/model').expect(200, { name: 'penguins', version: '1.0.0' });
  });

  it('answers what is wrong with a row as problem details where its route wants that', async () => {
    const { post } = await start();
    const { body } = await post('/birds/species')
      .send({ ...BIRD, island: 'Dreem' })
      .expect(400)
      .expect('content-type', /^application\/problem\+json/);
    expect(body).toMatchObject({
      type: '/problems/invalid-input',
      errors: [{ pointer: '/inputs/0/island', code: 'not-allowed', nearest: 'Dream' }],
    });
  });

  it('has none of its paths touched', async () => {
    const { get, post } = await start();
    for (const path of ['/', '/health/live', '/metrics', '/docs', '/api/v1/models', '/v2']) {
      const { body } = await get(path).expect(404);
      // In Nest's own words.
      expect(body).toEqual({ statusCode: 404, error: 'Not Found', message: `Cannot GET ${path}` });
    }
    await post('/api/v1/predict')
      .send({ inputs: [BIRD] })
      .expect(404);
  });

  it('keeps its logger, which is told what there is to say, and its signals', async () => {
    const signals = ['SIGTERM', 'SIGINT'] as const;
    const before = signals.map((signal) => process.listenerCount(signal));
    await start();
    expect(hosts.lines.filter((line) => line.includes('Models'))).not.toEqual([]);
    expect(signals.map((signal) => process.listenerCount(signal))).toEqual(before);
  });

  it('finds nothing written into its folders', async () => {
    const folder = await ModelsFolder.with(PENGUINS);
    const { post } = await start({ modelsDir: folder.models, stateDir: folder.state });
    await post('/birds/species').send(BIRD).expect(200);
    await hosts.stop();
    expect(await readdir(folder.models)).toEqual(['penguins']);
    await expect(readdir(folder.state)).rejects.toThrow('ENOENT');
    await folder.remove();
  });

  it('leaves no tensors when it closes', async () => {
    const count = () => tf.memory().numTensors;
    const before = count();
    const { post } = await start({ tabulate: 'off' });
    expect(count()).toBeGreaterThan(before);
    await post('/birds/species').send(BIRD).expect(200);
    await hosts.stop();
    expect(count()).toBe(before);
  });

  it('ends its worker threads when it closes', async () => {
    const alive = new Set<Worker>();
    const born = (worker: Worker) => {
      alive.add(worker);
      worker.once('exit', () => alive.delete(worker));
    };
    process.on('worker', born);
    const { app, post } = await start({ placement: 'worker' });
    expect(app.get(ModelCatalogue).describe('penguins').current?.placement).toBe('worker');
    await post('/birds/species').send(BIRD).expect(200);
    expect(alive.size).toBe(1);
    await hosts.stop();
    await expect.poll(() => alive.size).toBe(0);
    process.off('worker', born);
  });

  it('may be one of two in a process, each with models and limits of its own', async () => {
    const [one, two] = [await ModelsFolder.with(PENGUINS), await ModelsFolder.with(PENGUINS, 'car-evaluation/2.0.0')];
    const first = await start({ modelsDir: one.models, stateDir: one.state });
    const second = await start({ modelsDir: two.models, stateDir: two.state, maxRequestRows: 1 });
    const names = ({ app }: typeof first) =>
      app
        .get(ModelCatalogue)
        .list()
        .map(({ name }) => name);
    expect([names(first), names(second)]).toEqual([['penguins'], ['car-evaluation', 'penguins']]);
    const inputs = [BIRD, BIRD];
    const ask = ({ app }: typeof first) => app.get(PredictionService).predict({ model: 'penguins', inputs });
    await expect(ask(second)).rejects.toMatchObject({ code: 'invalid-input' });
    await second.app.close();
    // The other one's end is none of its own.
    expect((await ask(first)).results).toHaveLength(2);
    await Promise.all([one.remove(), two.remove()]);
  });

  it('says so where another application in the process runs its models on another backend', async () => {
    const first = await start();
    const second = await start({ backend: 'cpu' });
    expect(await second.app.get(ModelCatalogue).fault()).toBeDefined();
    expect(hosts.lines.join('\n')).toContain('wasm runs here already: set BACKEND=wasm');
    await first.post('/birds/species').send(BIRD).expect(200);
  });

  it('needs no HTTP', async () => {
    @Module({ imports: [TensornestModule.forRootAsync({ isGlobal: true, useFactory: () => ({ backend: 'wasm' }) })] })
    class Job {}
    const app = await hosts.startContext(Job);
    const { results } = await app.get(PredictionService).predict({ model: 'penguins', inputs: [BIRD] });
    expect(results[0]?.label).toBe('Gentoo');
  });
});

describe('the service for predictions', () => {
  const service = async (options?: TensornestOptions) => (await start(options)).app.get(PredictionService);

  it('gives all probabilities, by label', async () => {
    const predictions = await service();
    const answer = await predictions.predict<'Adelie' | 'Chinstrap' | 'Gentoo'>({ model: 'penguins', inputs: [BIRD] });
    expectTypeOf(answer.results[0]!.label).toEqualTypeOf<'Adelie' | 'Chinstrap' | 'Gentoo'>();
    const [{ label, class: winner, probability, probabilities }] = answer.results as [(typeof answer.results)[0]];
    expect([label, winner]).toEqual(['Gentoo', 2]);
    expect(probabilities.Gentoo).toBe(probability);
    expect(Object.values(probabilities).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    expect(answer).toMatchObject({ model: 'penguins', version: '1.0.0', id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it.each([
    [{ inputs: [] }, 'invalid-input'],
    [{ inputs: 'rows' }, 'invalid-input'],
    [{ inputs: [null] }, 'invalid-input'],
    [{ model: 'nobody', inputs: [BIRD] }, 'unknown-model'],
    [{ version: '9.9.9', inputs: [BIRD] }, 'unknown-version'],
    [{ inputs: [BIRD], timeoutMs: 0 }, 'bad-request'],
    [{ inputs: [BIRD], timeoutMs: Number.NaN }, 'bad-request'],
    [{ inputs: [BIRD], signal: AbortSignal.abort() }, 'client-gone'],
  ])('refuses %j as %s', async (request, code) => {
    const predictions = await service();
    await expect(predictions.predict({ model: 'penguins', ...request } as never)).rejects.toMatchObject({ code });
  });

  it('stops waiting when it is told to', async () => {
    const predictions = await service({ placement: 'worker' });
    const controller = new AbortController();
    const answer = predictions.predict({ model: 'penguins', inputs: [BIRD], signal: controller.signal });
    controller.abort();
    await expect(answer).rejects.toMatchObject({ code: 'client-gone', message: 'The call was aborted.' });
    // And then goes on as ever.
    expect((await predictions.predict({ model: 'penguins', inputs: [BIRD] })).results).toHaveLength(1);
  });

  it('takes as many calls at once as come', async () => {
    const predictions = await service();
    const calls = Array.from({ length: 200 }, () => predictions.predict({ model: 'penguins', inputs: [BIRD] }));
    const answers = await Promise.all(calls);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(200);
    expect(new Set(answers.map(({ results }) => results[0]?.label))).toEqual(new Set(['Gentoo']));
  });

  it('says through the catalogue what cannot be asked', async () => {
    const { app } = await start({ requiredModels: ['penguins', 'whales'] });
    expect(await app.get(ModelCatalogue).fault()).toBe('There is no package of this model.');
  });
});
