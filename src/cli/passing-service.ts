import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { environmentWith } from '../config/environment.js';
import { loadConfig } from '../config/load-config.js';
import { SERVING_FILE } from '../model/serving-file.js';

const SERVICE = fileURLToPath(new URL('../service/main.js', import.meta.url));
const GREETING = / at (http:\S+)/;
const NO_MODEL = 'No model is ready';

/** On loopback, on a port of its own, for nobody else: it needs no keys, and tells nobody of itself. */
const OWN = {
  HOST: '127.0.0.1',
  PORT: '0',
  AUDIT_LOG: 'off',
  LOG_LEVEL: 'silent',
  OTEL_SDK_DISABLED: 'true',
  WATCH_MODELS: 'false',
  WEB_CONCURRENCY: '1',
  TABULATE: 'off',
};
const ABSENT = ['KEYS_FILE', 'JWT_KEYS_FILE', 'MANAGEMENT_PORT', 'GRPC_PORT', 'AUDIT_SINK_URL'];

/**
 * Starts the service with the models of this environment for as long as `use` takes. It knows what operators have decided, and
 * writes into a folder of its own: a service that runs with this environment meanwhile is the only one that writes to `STATE_DIR`.
 *
 * @throws ConfigError where the environment is wrong, Error with what the service said when it does not come up with a model.
 */
export async function passingService<T>(use: (url: string) => Promise<T>): Promise<T> {
  const env = environmentWith(OWN);
  for (const name of ABSENT) Reflect.deleteProperty(env, name);
  const { stateDir, models } = loadConfig(env, false);
  env.STATE_DIR = await mkdtemp(join(tmpdir(), 'tensornest-state-'));
  try {
    await cp(join(stateDir, SERVING_FILE), join(env.STATE_DIR, SERVING_FILE)).catch((error: unknown) => {
      // Nothing was decided.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
    const child = spawn(process.execPath, [SERVICE], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(child, 'close');
    try {
      return await use(await greeting(child, models.dir));
    } finally {
      // An interrupt has it end at once.
      child.kill('SIGINT');
      await ended;
    }
  } finally {
    await rm(env.STATE_DIR, { recursive: true });
  }
}

function greeting(child: ChildProcessByStdio<null, null, Readable>, dir: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const url = GREETING.exec(said)?.[1];
      if (url !== undefined) resolve(url);
      if (said.includes(NO_MODEL))
        reject(new Error(`No model of ${dir} is ready: "model list" and "model verify" say why.`));
    });
    child.once('close', () => {
      reject(new Error(`The service did not come up: ${said.trim()}`));
    });
  });
}
