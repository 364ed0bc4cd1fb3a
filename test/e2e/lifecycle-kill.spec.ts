import { setTimeout } from 'node:timers/promises';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packTarball } from '../../src/model/package/tarball.js';
import { seededRandom } from '../../src/training/random.js';
import { CARS, ModelsFolder } from '../support/models-folder.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW, startTestApp } from '../support/test-app.js';

const KILLS = 20;
/** Longer than it takes from the first step of a swap to its last, in milliseconds. */
const LONGEST_DELAY = 400;

let folder: ModelsFolder;
let service: ServiceProcess | undefined;
beforeEach(async () => {
  folder = await ModelsFolder.with(`${CARS}/1.0.0`);
});
afterEach(async () => {
  await kill();
  await folder.remove();
});

async function kill(): Promise<void> {
  service?.signal('SIGKILL');
  await service?.exit();
  service = undefined;
}

async function start(): Promise<string> {
  service = new ServiceProcess({ ...folder.env, ADMIN_API: 'true' });
  return service.url();
}

interface Answer {
  readonly version: string;
  readonly results: unknown;
}

async function ask(url: string): Promise<Answer> {
  const answer = await fetch(`${url}/api/v1/models/${CARS}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ inputs: [ARTICLE_ROW] }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Answer;
}

/** The versions in the store, newest first. */
async function versions(url: string): Promise<{ version: string; state: string }[]> {
  const answer = await fetch(`${url}/api/v1/models/${CARS}`);
  return ((await answer.json()) as { versions: { version: string; state: string }[] }).versions;
}

/** What the shipped packages answer, by their names; every version here is a copy of one of them. */
async function originals(): Promise<Map<string, unknown>> {
  const app = await startTestApp({ VERSION_POLICY: 'all', WATCH_MODELS: 'false', STATE_DIR: folder.state });
  const answers = new Map<string, unknown>();
  for (const version of ['1.0.0', '2.0.0']) {
    const { body } = await app.post(`/api/v1/models/${CARS}/versions/${version}/predict`, { inputs: [ARTICLE_ROW] });
    answers.set(`${CARS}/${version}`, body.results);
  }
  await app.close();
  return answers;
}

/** Begins a change; resolves to the version that answers when it is done. */
type Change = (url: string, round: Round) => Promise<{ target: string; done: Promise<unknown> }>;

interface Round {
  /** A version that is not there yet. */
  readonly version: string;
  readonly from: string;
  readonly old: string;
  /** Versions that are there. */
  readonly stored: readonly string[];
}

const CHANGES: readonly Change[] = [
  // A package appears, and the watcher takes it over.
  (_, { version, from }) => Promise.resolve({ target: version, done: folder.add(`${CARS}/${version}`, { from }) }),
  async (url, { version, from }) => {
    const made = await folder.make(`${CARS}/${version}`, { from });
    const { tarball } = await packTarball(made, { name: CARS, version }, null);
    const headers = { 'content-type': 'application/gzip' };
    const path = `${url}/api/v1/models/${CARS}/versions/${version}`;
    return { target: version, done: fetch(path, { method: 'PUT', headers, body: new Uint8Array(tarball) }) };
  },
  (url, { old, stored }) => {
    const target = stored.find((version) => version !== old) ?? old;
    const path = `${url}/api/v1/models/${CARS}/versions/${target}/activate`;
    return Promise.resolve({ target, done: fetch(path, { method: 'POST' }) });
  },
  (url, { stored }) => {
    const done = fetch(`${url}/api/v1/models/${CARS}/active`, { method: 'DELETE' });
    return Promise.resolve({ target: stored[0]!, done });
  },
];

it(
  `a service that is killed ${KILLS} times while it swaps serves the old or the new version afterwards, and never none`,
  { timeout: 400_000 },
  async () => {
    const answers = await originals();
    const origins = new Map([['1.0.0', `${CARS}/1.0.0`]]);
    const random = seededRandom(20);
    let url = await start();
    for (let kills = 0; kills < KILLS; kills += 1) {
      const { version: old } = await ask(url);
      const version = `1.${kills + 1}.0`;
      const from = `${CARS}/${kills % 2 === 0 ? '2.0.0' : '1.0.0'}`;
      origins.set(version, from);
      const stored = (await versions(url)).map((found) => found.version);
      const { target, done } = await CHANGES[kills % CHANGES.length]!(url, { version, from, old, stored });
      // The connection may break with the process.
      done.catch(() => undefined);
      await setTimeout(uniformInt(random, 0, LONGEST_DELAY));
      await kill();

      url = await start();
      const answer = await ask(url);
      expect([old, target], `after kill ${kills}`).toContain(answer.version);
      expect(answer.results).toEqual(answers.get(origins.get(answer.version)!));
      expect((await versions(url)).filter(({ state }) => state === 'failed')).toEqual([]);
    }
  },
);
