import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Environment } from '../../src/config/load-config.js';
import type { Plan } from './planted-faults.js';

const ROOT = join(import.meta.dirname, '../..');
const SERVICE = join(ROOT, 'dist/service/main.js');
/** The same program in modules, in which faults can be planted. */
const MODULES = join(ROOT, 'dist/main.js');
const PLANT = pathToFileURL(join(import.meta.dirname, 'planted-faults.ts')).href;

export interface ProcessOptions {
  readonly cwd?: string;
  /** Faults that its models have. */
  readonly plan?: Plan;
  /** What is run, with its words. @default the service of this project */
  readonly script?: readonly string[];
  /** Words for Node itself. */
  readonly flags?: readonly string[];
  /** Most files and connections that it may have open. */
  readonly files?: number;
}

/** The real service as a process of its own, as `npm start` runs it. */
export class ServiceProcess {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  private readonly news = new EventEmitter();
  private closed = false;

  constructor(
    env: Environment = {},
    { cwd = ROOT, plan, flags = [], files, script = [plan === undefined ? SERVICE : MODULES] }: ProcessOptions = {},
  ) {
    const planted = plan === undefined ? [] : ['--import', PLANT];
    const words = [...flags, ...planted, ...script];
    // The shell gives the process its own number and its limits, and is gone.
    const shell = ['-c', `ulimit -n ${files}; exec "$@"`, 'sh', process.execPath, ...words];
    const [program, all] = files === undefined ? [process.execPath, words] : ['/bin/sh', shell];
    this.child = spawn(program, all, {
      cwd,
      env: {
        PATH: process.env.PATH,
        PLANTED_FAULTS: JSON.stringify(plan ?? {}),
        PORT: '0',
        BACKEND: 'wasm',
        AUDIT_LOG: 'off',
        DRAIN_SECONDS: '0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.news.emit('news');
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.news.emit('news');
    });
    this.child.once('close', () => {
      this.closed = true;
      this.news.emit('news');
    });
  }

  /** Where it listens, once its greeting has said so. */
  async url(): Promise<string> {
    await this.until(() => /at (http:\S+)/.test(this.stderr));
    return /at (http:\S+)/.exec(this.stderr)![1]!;
  }

  get pid(): number {
    return this.child.pid!;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Exit code, once everything that it wrote has arrived. */
  async exit(): Promise<number | null> {
    while (!this.closed) await once(this.news, 'news');
    return this.child.exitCode;
  }

  /** The JSON lines of standard output. */
  lines(): Record<string, any>[] {
    return this.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Waits for something that it writes; rejects when it ends before. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.closed) throw new Error(`The service ended: ${this.stderr}`);
      await once(this.news, 'news');
    }
  }
}
