import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ServiceProcess } from '../support/service-process.js';
import { ARTICLE_ROW } from '../support/test-app.js';

let service: ServiceProcess | undefined;
afterEach(async () => {
  service?.signal('SIGKILL');
  await service?.exit();
  service = undefined;
});

const post = (url: string, headers: Record<string, string> = {}) =>
  fetch(`${url}/api/v1/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ inputs: [ARTICLE_ROW] }),
  });

describe('the process', () => {
  it('greets with its address and a curl line that works as it is', async () => {
    service = new ServiceProcess();
    const url = await service.url();
    expect(service.stderr).toContain(`${url}/docs`);
    const body = /-d '(.*)'/.exec(service.stderr)![1]!;
    const path = /curl -s (\S+)/.exec(service.stderr)![1]!;
    const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(answer.status).toBe(200);
  });

  it('ends with the npm that started it, though npm tells only its shell', async () => {
    const env = { PATH: process.env.PATH, PORT: '0', AUDIT_LOG: 'off', LOG_LEVEL: 'silent', DRAIN_SECONDS: '0' };
    const npm = spawn('npm', ['start'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    for await (const text of npm.stderr.setEncoding('utf8')) {
      said += text as string;
      if (said.includes('at http:')) npm.kill('SIGTERM');
    }
    // Everyone who could write there has ended.
    expect(said).toContain('at http:');
  });

  it('writes JSON lines with the request id on each, and no body and no query in any', async () => {
    service = new ServiceProcess({ LOG_LEVEL: 'info' });
    const url = await service.url();
    await post(url, { 'x-request-id': 'trace-7', authorization: 'Bearer hush' });
    await fetch(`${url}/nothing?token=hush`);
    service.signal('SIGTERM');
    expect(await service.exit()).toBe(0);
    const line = service.lines().find(({ requestId }) => requestId === 'trace-7');
    expect(line).toMatchObject({
      method: 'POST',
      path: '/api/v1/predict',
      status: 200,
      durationMs: expect.any(Number),
    });
    expect(service.stdout).not.toContain('hush');
    expect(service.stdout).not.toContain('lug_boot');
  });

  it('takes a client that breaks off in the middle of its body for what it is, and not for a fault of its own', async () => {
    service = new ServiceProcess({ LOG_LEVEL: 'info' });
    const url = new URL(await service.url());
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, 'connect');
    const head = ['POST /api/v1/predict HTTP/1.1', 'host: x', 'x-request-id: broken', 'content-type: application/json'];
    socket.write(`${head.join('\r\n')}\r\ncontent-length: 1000\r\n\r\n{"inputs"`);
    // Answered over another connection, so the first one's bytes have been read.
    expect((await post(url.origin)).status).toBe(200);
    socket.destroy();
    await once(socket, 'close');
    expect((await post(url.origin)).status).toBe(200);
    service.signal('SIGTERM');
    expect(await service.exit()).toBe(0);
    const lines = service.lines().filter(({ requestId }) => requestId === 'broken');
    // A client that ends may still read: it is told what it did, unless it is quicker.
    expect(lines).toMatchObject([{ level: 30 }]);
    expect([400, 499]).toContain(lines[0]!.status);
  });

  it('writes one audit line per prediction, and none is lost at the end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tensornest-audit-'));
    const file = join(folder, 'deep/audit.jsonl');
    service = new ServiceProcess({ AUDIT_LOG: file, LOG_LEVEL: 'silent' });
    const url = await service.url();
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => post(url, { 'x-request-id': `r-${n}` })));
    expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200));
    service.signal('SIGTERM');
    expect(await service.exit()).toBe(0);
    const lines = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ requestid }) => requestid).sort()).toEqual(
      Array.from({ length: 30 }, (_, n) => `r-${n}`).sort(),
    );
    expect(lines[0]).toMatchObject({
      specversion: '1.0',
      type: 'io.tensornest.inference.prediction.v1',
      subject: 'car-evaluation/2.0.0',
      data: {
        model: 'car-evaluation',
        version: '2.0.0',
        digest: expect.stringMatching(/^sha256:/),
        inputs: [ARTICLE_ROW],
        predictions: ['acc'],
      },
    });
    await rm(folder, { recursive: true });
  });

  it('does not start with a wrong configuration, and names the variable and not its value', async () => {
    service = new ServiceProcess({ PORT: 'secret-port', BACKEND: 'secret-backend' });
    expect(await service.exit()).toBe(1);
    expect(service.stderr).toMatch(/PORT must be a whole number/);
    expect(service.stderr).toMatch(/BACKEND must be one of auto, wasm, cpu, tensorflow/);
    expect(service.stderr).not.toContain('secret');
    expect(service.stderr).not.toMatch(/\n\s+at /);
  });

  it('says what to do when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    service = new ServiceProcess({ PORT: String(port) });
    expect(await service.exit()).toBe(1);
    expect(service.stderr).toContain('choose another with PORT');
    other.close();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with code 0 on %s', async (signal) => {
    service = new ServiceProcess();
    await service.url();
    service.signal(signal);
    expect(await service.exit()).toBe(0);
  });
});

describe('CORS', () => {
  const preflight = (url: string, origin: string) =>
    fetch(`${url}/api/v1/predict`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });

  it('is off by default', async () => {
    service = new ServiceProcess();
    const { headers } = await preflight(await service.url(), 'https://app.example');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('lets in the listed origins and no other', async () => {
    service = new ServiceProcess({ CORS_ORIGINS: 'https://app.example' });
    const url = await service.url();
    const allowed = async (origin: string) => (await preflight(url, origin)).headers.get('access-control-allow-origin');
    expect(await allowed('https://app.example')).toBe('https://app.example');
    expect(await allowed('https://evil.example')).not.toBe('https://evil.example');
  });
});
