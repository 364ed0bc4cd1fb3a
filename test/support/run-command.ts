import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What the command reads from standard input. */
  readonly input?: string;
  /** Words for Node itself. */
  readonly node?: readonly string[];
}

/** Runs a script of the project as a process of its own, until everything that it wrote has arrived. */
export async function runCommand(
  script: string,
  words: readonly string[],
  { cwd, env = {}, input = '', node = [] }: RunOptions = {},
): Promise<Outcome> {
  const child = spawn(process.execPath, [...node, script, ...words], {
    cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  });
  child.stdin.on('error', () => undefined).end(input);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { code, stdout, stderr };
}
