import { join } from 'node:path';
import { BENCH } from './paths.ts';
import type { ModelKind } from './workloads.ts';

/** What a server is told when it is started. */
export interface Launch {
  readonly port: number;
  /** Where a server that keeps an audit log writes it. */
  readonly auditLog: string;
  /** Folder that holds `<name>/<version>/`. */
  readonly modelsDir: string;
  /** The model package inside `modelsDir`. */
  readonly packageDir: string;
  /** The same network, exported. */
  readonly onnxFile: string;
  /** Bytes of Tensornest's reply, by rows of the request. */
  readonly replyBytes: Readonly<Record<number, number>>;
  /** Compiled entry of the service under test, and of an older build to set beside it. */
  readonly main: string;
  readonly baseline: string;
  /** Flags of the Node process that runs the service. */
  readonly nodeFlags: readonly string[];
}

export interface ServerSpec {
  readonly name: string;
  readonly about: string;
  readonly models: readonly ModelKind[];
  /** What it needs beside Node and the project's own install. */
  readonly needs: 'nothing' | 'build' | 'peers' | 'python';
  readonly ready: string;
  /** What a liveness probe asks. */
  readonly live: string;
  readonly predict: string;
  command(launch: Launch): { file: string; args: readonly string[]; env: Readonly<Record<string, string>> };
}

const peer = (file: string): string => join(BENCH, 'peers', file);
const BARE = { ready: '/', live: '/', predict: '/predict' } as const;
const SERVICE = { ready: '/health/ready', live: '/health/live', predict: '/api/v1/predict' } as const;

function floor(name: string, about: string, file: string, env: Readonly<Record<string, string>> = {}): ServerSpec {
  return {
    name,
    about,
    models: ['car', 'heavy'],
    needs: 'nothing',
    ...BARE,
    command: ({ port, replyBytes }) => ({
      file: process.execPath,
      args: [peer(file)],
      env: { NODE_ENV: 'production', PORT: String(port), REPLY_BYTES: JSON.stringify(replyBytes), ...env },
    }),
  };
}

function service(name: string, about: string, tabulate: 'off' | 'auto', entry: 'main' | 'baseline'): ServerSpec {
  return {
    name,
    about,
    models: tabulate === 'off' ? ['car', 'heavy'] : ['car'],
    needs: 'build',
    ...SERVICE,
    command: (launch) => ({
      file: process.execPath,
      args: [...launch.nodeFlags, launch[entry]],
      env: {
        NODE_ENV: 'production',
        HOST: '127.0.0.1',
        PORT: String(launch.port),
        MODELS_DIR: launch.modelsDir,
        AUDIT_LOG: launch.auditLog,
        LOG_LEVEL: 'info',
        LOG_FORMAT: 'json',
        TABULATE: tabulate,
        MAX_REQUEST_ROWS: '5000',
        // Sixteen requests of 1,000 rows that arrive at once are more than the queue holds by default.
        QUEUE_ROWS: '20000',
        BACKEND: 'auto',
      },
    }),
  };
}

/** Every server that can be measured, in the order in which they take turns. */
export const SERVERS: readonly ServerSpec[] = [
  floor('floor', 'bare node:http: parses the JSON, writes a reply of our size', 'floor.mjs'),
  floor(
    'floor-deferred',
    'the same, replying in setImmediate, so that the writes of a turn go out together',
    'floor.mjs',
    { DEFERRED: '1' },
  ),
  {
    ...floor(
      'floor-nest',
      'the work of the floor in a Nest route on our adapter, with our reader of bodies and nothing else of ours',
      'floor-nest.mjs',
    ),
    needs: 'build',
  },
  {
    name: 'onnx',
    about: 'minimal fastify + onnxruntime-node, the same network, one run per request, no logging',
    models: ['car', 'heavy'],
    needs: 'peers',
    ...BARE,
    command: ({ port, packageDir, onnxFile }) => ({
      file: process.execPath,
      args: [peer('onnx.mjs')],
      env: { NODE_ENV: 'production', PORT: String(port), PACKAGE_DIR: packageDir, ONNX_FILE: onnxFile },
    }),
  },
  {
    name: 'stock-nest',
    about: 'stock Nest 12 + nested class-validator DTOs + layers predict() per request + default request logging',
    models: ['car'],
    needs: 'peers',
    ...BARE,
    command: ({ port, packageDir }) => ({
      file: process.execPath,
      args: [peer('stock-nest.mjs')],
      env: { NODE_ENV: 'production', PORT: String(port), PACKAGE_DIR: packageDir },
    }),
  },
  {
    name: 'fastapi',
    about: 'FastAPI + pydantic + pandas + scikit-learn, one uvicorn process',
    models: ['car'],
    needs: 'python',
    ...BARE,
    command: ({ port, auditLog }) => ({
      // Debian's packages belong to the system's Python, which need not be the first one on the path.
      file: '/usr/bin/python3',
      args: [peer('fastapi_service.py')],
      env: { PORT: String(port), AUDIT_LOG: auditLog, DRAIN_SECONDS: '0' },
    }),
  },
  service('tensornest', 'the service, as built, without exact tabulation', 'off', 'main'),
  service('tensornest-tabulated', 'the service with TABULATE=auto', 'auto', 'main'),
  service(
    'baseline',
    'another build of the service (--baseline), to compare a change with what was before',
    'off',
    'baseline',
  ),
];
