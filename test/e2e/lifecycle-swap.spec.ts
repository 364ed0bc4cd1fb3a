import { Agent } from 'node:http';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelRegistry } from '../../src/model/model-registry.js';
import { ModelRepository } from '../../src/model/model-repository.js';
import { CARS, ModelsFolder } from '../support/models-folder.js';
import { type Exchange, PacedLoad } from '../support/paced-load.js';
import { ServiceProcess } from '../support/service-process.js';
import { SwapLog } from '../support/swap-log.js';
import { ARTICLE_ROW, startTestApp } from '../support/test-app.js';
import { withoutId } from '../support/without-id.js';

const VERSIONS = ['1.0.0', '2.0.0'] as const;
const BODY = JSON.stringify({ inputs: [ARTICLE_ROW] });
const PATH = `/api/v1/models/${CARS}/predict`;

let folder: ModelsFolder;
const closing: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await ModelsFolder.with(...VERSIONS.map((version) => `${CARS}/${version}`));
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await folder.remove();
});

async function ask(url: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  return withoutId(await (await fetch(`${url}${PATH}`, { method: 'POST', headers, body: BODY })).text());
}

/** What went wrong: nothing that failed, nothing that is not its version's answer, no version that was gone. */
function faults(exchanges: readonly Exchange[], answers: ReadonlyMap<string, string>, swaps: SwapLog): unknown[] {
  const versions = new Map([...answers].map(([version, answer]) => [answer, version]));
  return exchanges.filter((exchange) => {
    const version = versions.get(withoutId(exchange.text));
    return exchange.status !== 200 || version === undefined || !swaps.allowed(exchange).has(version);
  });
}

/** How many exchanges only one version could answer. */
const certain = (exchanges: readonly Exchange[], swaps: SwapLog) =>
  exchanges.filter((exchange) => swaps.allowed(exchange).size === 1).length;

describe('a hot swap under load', () => {
  it.each([
    ['a model that answers from its table', {}],
    ['a model that computes', { TABULATE: 'off' }],
    ['a model in a worker thread', { TABULATE: 'off', PLACEMENT: 'worker' }],
  ])(
    'of %s: 100 swaps at 200 requests a second, no failure, no stale answer, no tensor left',
    { timeout: 180_000 },
    async (_, env) => {
      const service = await startTestApp({ ...folder.env, WATCH_MODELS: 'false', ...env });
      closing.push(() => service.close());
      const repository = service.app.get(ModelRepository);
      const activate = (version: string) => repository.change({ kind: 'activate', name: CARS, version });
      const answers = new Map<string, string>();
      for (const version of VERSIONS) {
        await activate(version);
        answers.set(version, await ask(service.url));
      }
      expect(new Set(answers.values()).size).toBe(2);
      const tensors = tf.memory().numTensors;

      const agent = new Agent({ keepAlive: true });
      const swaps = new SwapLog('2.0.0');
      const load = new PacedLoad(`${service.url}${PATH}`, BODY, 200, agent);
      for (let swap = 0; swap < 100; swap += 1) {
        const version = VERSIONS[swap % 2]!;
        await swaps.swap(version, () => activate(version));
        await load.afterMore(4);
      }
      const perSecond = await load.stop();
      agent.destroy();

      expect(faults(load.exchanges, answers, swaps)).toEqual([]);
      expect(load.exchanges).toHaveLength(load.sent);
      expect(perSecond).toBeGreaterThan(190);
      expect(certain(load.exchanges, swaps)).toBeGreaterThan(300);
      expect(tf.memory().numTensors).toBe(tensors);
      expect(service.app.get(ModelRegistry).slots()).toHaveLength(1);
    },
  );

  it('in a group of processes: all of them have swapped when the call returns', { timeout: 180_000 }, async () => {
    const env = { ...folder.env, ADMIN_API: 'true', WEB_CONCURRENCY: '2', WATCH_MODELS: 'false', LOG_FORMAT: 'json' };
    const group = new ServiceProcess({ ...env, TABULATE: 'off' });
    closing.push(async () => {
      group.signal('SIGKILL');
      await group.exit();
    });
    const url = await group.url();
    const activate = async (version: string) => {
      const path = `/api/v1/models/${CARS}/versions/${version}/activate`;
      expect((await fetch(`${url}${path}`, { method: 'POST' })).status).toBe(204);
    };
    const answers = new Map<string, string>();
    for (const version of VERSIONS) {
      await activate(version);
      answers.set(version, await ask(url));
    }

    const swaps = new SwapLog('2.0.0');
    // A connection for every request, so that both processes get their share.
    const load = new PacedLoad(`${url}${PATH}`, BODY, 100, false);
    for (let swap = 0; swap < 20; swap += 1) {
      const version = VERSIONS[swap % 2]!;
      await swaps.swap(version, () => activate(version));
      await load.afterMore(10);
    }
    await load.stop();

    expect(faults(load.exchanges, answers, swaps)).toEqual([]);
    expect(certain(load.exchanges, swaps)).toBeGreaterThan(100);
    const servants = group.lines().filter(({ msg, path }) => msg === 'request' && path === PATH);
    expect(new Set(servants.map(({ pid }) => pid)).size).toBe(2);
  });
});
