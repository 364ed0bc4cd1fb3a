import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Environment } from '../../src/config/load-config.js';

const ROOT = join(import.meta.dirname, '../..');

/** The real service as a process of its own, as `npm start` runs it. */
export class ServiceProcess {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown[]>;

  constructor(env: Environment = {}) {
    this.child = spawn(process.execPath, [join(ROOT, 'dist/main.js')], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, PORT: '0', BACKEND: 'wasm', AUDIT_LOG: 'off', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(this.child, 'close');
  }

  /** Where it listens, once its greeting has said so. */
  async url(): Promise<string> {
    await this.until(() => /at (http:\S+)/.test(this.stderr) || this.child.exitCode !== null);
    const found = /at (http:\S+)/.exec(this.stderr)?.[1];
    if (found === undefined) throw new Error(`The service did not start: ${this.stderr}`);
    return found;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Exit code, once everything that it wrote has arrived. */
  async exit(): Promise<number | null> {
    await this.ended;
    return this.child.exitCode;
  }

  /** The JSON lines of standard output. */
  lines(): Record<string, any>[] {
    return this.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  private async until(condition: () => boolean): Promise<void> {
    while (!condition()) await Promise.race([once(this.child.stderr!, 'data'), this.ended]);
  }
}
