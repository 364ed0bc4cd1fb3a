import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const VERDACCIO = join(import.meta.dirname, '../../node_modules/verdaccio/bin/verdaccio');

const CONFIG = `
storage: ./storage
auth: { htpasswd: { file: ./htpasswd } }
uplinks: {}
packages: { '**': { access: $authenticated, publish: $authenticated } }
web: { enable: false }
log: { type: stdout, format: pretty, level: warn }
`;

/** A real private npm registry, as a process of its own, that knows no other registry. */
export class PrivateRegistry {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly port: number,
  ) {}

  static async start(): Promise<PrivateRegistry> {
    const folder = await mkdtemp(join(tmpdir(), 'registry-'));
    await writeFile(join(folder, 'config.yaml'), CONFIG);
    const port = await freePort();
    const child = spawn(
      process.execPath,
      [VERDACCIO, '--config', join(folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`],
      { cwd: folder, env: { PATH: process.env.PATH, HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        child.emit('said');
      });
    }
    child.once('exit', () => child.emit('said'));
    while (!said.includes('http address')) {
      if (child.exitCode !== null) throw new Error(`The registry ended: ${said}`);
      await once(child, 'said');
    }
    return new PrivateRegistry(child, folder, port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Adds a user and resolves to a token. */
  async addUser(name: string): Promise<string> {
    const answer = await fetch(`${this.url}-/user/org.couchdb.user:${name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, password: `the password of ${name}` }),
    });
    const { token } = (await answer.json()) as { token: string };
    return token;
  }

  /** Lets a dist-tag stand for another version. */
  async tag(name: string, tag: string, version: string, token: string): Promise<void> {
    const answer = await fetch(`${this.url}-/package/${encodeURIComponent(name)}/dist-tags/${tag}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(version),
    });
    if (!answer.ok) throw new Error(`The tag was refused: ${await answer.text()}`);
  }

  /** The file that the registry keeps for a package's version. */
  async tarballFile(name: string, version: string): Promise<string> {
    const folder = join(this.folder, 'storage', name);
    const files = await readdir(folder);
    return join(
      folder,
      files.find((file) => file.endsWith(`-${version}.tgz`))!,
    );
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const gone = once(this.child, 'exit');
      this.child.kill();
      await gone;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A loopback port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
