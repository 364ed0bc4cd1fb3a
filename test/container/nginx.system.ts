import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeKey } from '../../src/access/key-file.js';
import { debianTool } from '../support/debian-tool.js';
import { send } from '../support/exchange.js';
import { freePort } from '../support/free-port.js';
import { PacedLoad } from '../support/paced-load.js';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';

// docker/nginx/nginx.conf, with Debian's nginx in front of two real processes: only names, ports and folders are others.
const { key, sha256 } = makeKey();
const headers = { authorization: `Bearer ${key}` };
const body = { inputs: [ARTICLE_ROW] };
let folder: string;
let nginx: ChildProcess;
let url: string;
let ports: number[];
let replicas: ServiceProcess[];

function startReplica(index: number): ServiceProcess {
  return new ServiceProcess({
    PORT: String(ports[index]),
    KEYS_FILE: join(folder, 'keys.json'),
    ANONYMOUS_ACCESS: 'false',
    SERVER_NAME: `replica ${index + 1}`,
    TRUST_PROXY: '1',
    DRAIN_SECONDS: '1',
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-nginx-'));
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [{ id: 'client', sha256 }] }));
  ports = [await freePort(), await freePort()];
  replicas = ports.map((_, index) => startReplica(index));
  await Promise.all(replicas.map((replica) => replica.url()));
  const listen = await freePort();
  url = `http://127.0.0.1:${listen}`;
  const config = (await readFile('docker/nginx/nginx.conf', 'utf8'))
    .replace('listen 8080;', `listen 127.0.0.1:${listen};`)
    .replace(/server tensornest-(\d):8080/g, (_, number: string) => `server 127.0.0.1:${ports[Number(number) - 1]}`)
    .replaceAll('/tmp/nginx', `${folder}/nginx`);
  const file = join(folder, 'nginx.conf');
  await writeFile(file, config);
  const words = ['-p', folder, '-c', file, '-g', 'daemon off;'];
  nginx = spawn(debianTool('nginx', 'nginx-light'), words, { stdio: 'ignore' });
  while ((await send(`${url}/api/v1/health`, { headers }).answer).status !== 200) {
    if (nginx.exitCode !== null) throw new Error(`nginx ended with ${nginx.exitCode}: nginx -t says why.`);
    await setTimeout(20);
  }
}, 60_000);
afterAll(async () => {
  nginx.kill('SIGQUIT');
  if (nginx.exitCode === null) await once(nginx, 'exit');
  for (const replica of replicas) replica.signal('SIGKILL');
  await Promise.all(replicas.map((replica) => replica.exit()));
  await rm(folder, { recursive: true });
});

it('asks both replicas, and passes on who asks and which request it is', async () => {
  const names = new Set<string>();
  for (let n = 0; n < 20; n += 1) {
    const { text } = await send(`${url}/api/v1/health`, { headers }).answer;
    names.add((JSON.parse(text) as { name: string }).name);
  }
  expect([...names].sort()).toEqual(['replica 1', 'replica 2']);
  const answer = await send(`${url}/api/v1/predict`, { body, headers: { ...headers, 'x-request-id': 'mine' } }).answer;
  expect(answer.status).toBe(200);
  expect(answer.headers['x-request-id']).toBe('mine');
  expect(answer.headers['server-timing']).toContain('infer');
  const stranger = await send(`${url}/api/v1/predict`, { body }).answer;
  expect(stranger.status).toBe(401);
  expect(stranger.headers['content-type']).toContain('application/problem+json');
});

it('refuses a body that the service would refuse, in the same form', async () => {
  const {
    status,
    headers: received,
    text,
  } = await send(`${url}/api/v1/predict`, {
    headers,
    body: { inputs: 'x'.repeat(1_100_000) },
  }).answer;
  expect(status).toBe(413);
  expect(received['content-type']).toBe('application/problem+json');
  expect(JSON.parse(text)).toMatchObject({ type: '/problems/body-too-large', status: 413 });
});

it.each(['SIGTERM', 'SIGKILL'] as const)('loses no request when a replica ends by %s', async (signal) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  const load = new PacedLoad(`${url}/api/v1/predict`, JSON.stringify(body), 100, agent, headers);
  await load.afterMore(50);
  replicas[0]!.signal(signal);
  await replicas[0]!.exit();
  await load.afterMore(200);
  await load.stop();
  agent.destroy();
  expect(load.exchanges.filter(({ status }) => status !== 200)).toEqual([]);
  replicas[0] = startReplica(0);
  await replicas[0].url();
  // nginx asks it again after its fail_timeout.
  while (!(await send(`${url}/api/v1/health`, { headers }).answer).text.includes('replica 1')) await setTimeout(10);
});

it('says so when nobody is there, and does not blame the client', async () => {
  for (const replica of replicas) replica.signal('SIGKILL');
  await Promise.all(replicas.map((replica) => replica.exit()));
  const { status, headers: received, text } = await send(`${url}/api/v1/predict`, { body, headers }).answer;
  expect(status).toBe(503);
  expect(received['retry-after']).toBe('1');
  expect(JSON.parse(text)).toMatchObject({ title: 'Service Unavailable', status: 503 });
});
