import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { Agent } from 'node:http';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { debianTool } from '../support/debian-tool.js';
import { ONE_ROW, quantile } from '../support/exchange.js';
import { PacedLoad } from '../support/paced-load.js';
import { ServiceProcess } from '../support/service-process.js';
import { SECONDS, writeFigures } from './figures.js';

const CONNECTIONS = 1_000;
const GOOD_PER_SECOND = 100;
const ATTACK_SECONDS = Math.floor(SECONDS / 3);

let service: ServiceProcess;
let url: string;
let agent: Agent;
beforeEach(async () => {
  agent = new Agent({ keepAlive: true });
  service = new ServiceProcess({ LOG_LEVEL: 'error' }, { files: 4_096 });
  url = await service.url();
});
afterEach(async () => {
  agent.destroy();
  service.signal('SIGKILL');
  await service.exit();
});

/** Everything that slow clients do, in slowhttptest's words. */
const ATTACKS = {
  headers: ['-H', '-i', '5', '-t', 'GET', '-u', '/health/live'],
  body: ['-B', '-i', '5', '-s', '8192', '-t', 'POST', '-f', 'application/json', '-u', '/api/v1/predict'],
  read: ['-X', '-w', '1', '-y', '8', '-n', '5', '-z', '1', '-k', '3', '-t', 'GET', '-u', '/api/v1/openapi.json'],
} as const;

it.each(Object.entries(ATTACKS))(
  `while ${CONNECTIONS} connections are slow about their %s, every good client is answered`,
  async (kind, words) => {
    const tool = debianTool('slowhttptest');
    const path = words.at(-1)!;
    const load = new PacedLoad(`${url}/api/v1/predict`, JSON.stringify(ONE_ROW), GOOD_PER_SECOND, agent);
    const fresh = new PacedLoad(`${url}/api/v1/predict`, JSON.stringify(ONE_ROW), GOOD_PER_SECOND / 10, false);
    const open = () => readdirSync(`/proc/${service.pid}/fd`).length;
    let most = 0;
    const looking = setInterval(() => (most = Math.max(most, open())), 500);
    const args = [
      ...words.slice(0, -2),
      '-u',
      url + path,
      '-c',
      String(CONNECTIONS),
      '-r',
      '250',
      '-l',
      String(ATTACK_SECONDS),
      '-p',
      '3',
    ];
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', 'ulimit -n 4096; exec "$@"', 'sh', tool, ...args], {
      timeout: (ATTACK_SECONDS + 60) * 1_000,
      maxBuffer: 50_000_000,
    }).catch((error: unknown) => error as { stdout: string });
    clearInterval(looking);
    await Promise.all([load.stop(), fresh.stop()]);
    const exchanges = [...load.exchanges, ...fresh.exchanges];
    const times = exchanges.map(({ sentAt, doneAt }) => doneAt - sentAt);
    const answered = exchanges.filter(({ status }) => status === 200).length;
    const counts =
      (await (await fetch(`${url}/metrics`)).text()).match(/^tensornest_http_(parser|connections).* [1-9]\d*$/gm) ?? [];
    writeFigures(`slow-${kind}`, {
      attackSeconds: ATTACK_SECONDS,
      good: exchanges.length,
      answered,
      p50Ms: Number(quantile(times, 0.5).toFixed(1)),
      p99Ms: Number(quantile(times, 0.99).toFixed(1)),
      longestMs: Number(Math.max(...times).toFixed(1)),
      mostFilesOpen: most,
      counts,
      attack: stdout
        .split('\n')
        .slice(-12)
        .map((line) => line.replaceAll(/\P{ASCII}|\[[0-9;]*m/gu, '').trim())
        .filter((line) => line !== ''),
    });
    // The attack did take place.
    expect(most).toBeGreaterThan(CONNECTIONS / 2);
    expect(answered).toBe(exchanges.length);
  },
);
