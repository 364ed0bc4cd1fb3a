import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { environmentWith } from '../config/environment.js';

const SERVICE = fileURLToPath(new URL('../service/main.js', import.meta.url));
const GREETING = / at (http:\S+)/;

/** On loopback, on a port of its own, for nobody else: it needs no keys and leaves no traces. */
const OWN = {
  HOST: '127.0.0.1',
  PORT: '0',
  AUDIT_LOG: 'off',
  LOG_LEVEL: 'silent',
  WEB_CONCURRENCY: '1',
  TABULATE: 'off',
};
const ABSENT = ['KEYS_FILE', 'JWT_KEYS_FILE', 'MANAGEMENT_PORT', 'GRPC_PORT'];

/**
 * Starts the service with the models of this environment for as long as `use` takes.
 *
 * @throws Error with what the service said when it does not come up.
 */
export async function passingService<T>(use: (url: string) => Promise<T>): Promise<T> {
  const env = environmentWith(OWN);
  for (const name of ABSENT) Reflect.deleteProperty(env, name);
  const child = spawn(process.execPath, [SERVICE], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  try {
    return await use(await greeting(child));
  } finally {
    // An interrupt has it end at once.
    child.kill('SIGINT');
    await ended;
  }
}

function greeting(child: ChildProcessByStdio<null, null, Readable>): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const url = GREETING.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
    child.once('close', () => {
      reject(new Error(`The service did not come up: ${said.trim()}`));
    });
  });
}
