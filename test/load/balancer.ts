import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { debianTool } from '../support/debian-tool.js';
import { freePort } from '../support/free-port.js';

/** HAProxy before some replicas, which it asks for their readiness all the time. */
export class Balancer {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  /** NOTE: without retries and redispatch: a request that a replica loses is lost, and must be seen. */
  static async start(ports: readonly number[], checkEveryMs: number): Promise<Balancer> {
    const folder = await mkdtemp(join(tmpdir(), 'tensornest-haproxy-'));
    const port = await freePort();
    const replicas = ports.map((replica, index) => `  server replica${index} 127.0.0.1:${replica} check`);
    const config = `
global
  maxconn 1000
defaults
  mode http
  retries 0
  timeout connect 5s
  # A machine that has no time for a check says nothing about the replica.
  timeout check 5s
  timeout client 30s
  timeout server 30s
  timeout http-keep-alive 30s
  default-server inter ${checkEveryMs}ms fastinter ${checkEveryMs}ms downinter ${checkEveryMs}ms fall 1 rise 1
frontend all
  bind 127.0.0.1:${port}
  default_backend replicas
backend replicas
  balance roundrobin
  option httpchk GET /health/ready
  http-check expect status 200
${replicas.join('\n')}
`;
    const file = join(folder, 'haproxy.cfg');
    await writeFile(file, config);
    const balancer = spawn(debianTool('haproxy'), ['-db', '-q', '-f', file], { stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}`;
    for (let attempt = 0; (await statusOf(`${url}/health/ready`)) !== 200; attempt += 1) {
      if (attempt > 200) throw new Error('The balancer has no replica that is ready.');
      await setTimeout(50);
    }
    return new Balancer(balancer, folder, url);
  }

  async end(): Promise<void> {
    this.process.kill('SIGKILL');
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
    await rm(this.folder, { recursive: true });
  }
}

async function statusOf(url: string): Promise<number> {
  return fetch(url).then(
    async (response) => {
      await response.text();
      return response.status;
    },
    () => 0,
  );
}
