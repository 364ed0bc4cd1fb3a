import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../support/free-port.js';
import type { Engine } from './engine.js';

const run = promisify(execFile);

/** The hardest that a platform asks for, which is what docker/compose.yaml and the manifests ask for. */
export const HARDENED = [
  '--read-only',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
  '--memory=512m',
  '--tmpfs=/tmp:rw,noexec,nosuid,size=16m',
];

export interface ContainerOptions {
  /** More words for the engine. */
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One container of the image. */
export class Container {
  private constructor(
    private readonly engine: Engine,
    private readonly id: string,
    readonly url: string,
    private readonly started: number,
  ) {}

  static async start(engine: Engine, image: string, { words = [], env = {} }: ContainerOptions = {}) {
    const [http, grpc] = [await freePort(), await freePort()];
    const settings = { PORT: String(http), GRPC_PORT: String(grpc), ...env };
    const variables = Object.entries(settings).map(([name, value]) => `--env=${name}=${value}`);
    const started = performance.now();
    const { stdout } = await run(engine.program, [
      ...['run', '--detach', ...engine.runWords, ...words, ...variables, image],
    ]);
    return new Container(engine, stdout.trim(), `http://127.0.0.1:${http}`, started);
  }

  /** Milliseconds from the command that started it to the first time that it was ready. */
  async ready(): Promise<number> {
    for (;;) {
      const answer = await fetch(`${this.url}/health/ready`).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer?.status === 200) return performance.now() - this.started;
      const ended = await this.exitCode();
      if (ended !== undefined) throw new Error(`The container ended with ${ended}: ${await this.log()}`);
      await setTimeout(20);
    }
  }

  async predict(row: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`${this.url}/api/v1/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ inputs: [row] }),
    });
  }

  /** Runs a command in it; rejects with its exit code. */
  async exec(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const variables = Object.entries(env).map(([name, value]) => `--env=${name}=${value}`);
    return (await this.ask('exec', ...variables, this.id, ...command)).stdout;
  }

  async inspect(format: string): Promise<string> {
    return (await this.ask('inspect', '--format', format, this.id)).stdout.trim();
  }

  /** What was written into its own layer: `C /tmp`, `A /tmp/file`. */
  async diff(): Promise<string[]> {
    return (await this.ask('diff', this.id)).stdout.split('\n').filter((line) => line !== '');
  }

  async signal(name: string): Promise<void> {
    await this.ask('kill', '--signal', name, this.id);
  }

  /** Undefined while it runs. */
  async exitCode(): Promise<number | undefined> {
    const [running, code] = (await this.inspect('{{.State.Running}} {{.State.ExitCode}}')).split(' ');
    return running === 'true' ? undefined : Number(code);
  }

  async ended(): Promise<number> {
    return Number((await this.ask('wait', this.id)).stdout.trim());
  }

  async log(): Promise<string> {
    const { stdout, stderr } = await this.ask('logs', this.id);
    return stdout + stderr;
  }

  async remove(): Promise<void> {
    await this.ask('rm', '--force', '--time=0', this.id).catch(() => this.ask('rm', '--force', this.id));
  }

  private async ask(...words: string[]): Promise<{ stdout: string; stderr: string }> {
    return run(this.engine.program, words, { maxBuffer: 2 ** 26 });
  }
}
