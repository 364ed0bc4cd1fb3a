import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { MAIN, ROOT } from './paths.ts';
import { SERVERS, type ServerSpec } from './servers.ts';
import { type Workload, WORKLOADS } from './workloads.ts';

export interface Options {
  readonly servers: readonly ServerSpec[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  /** Of one segment: one server under one workload in one round. */
  readonly seconds: number;
  /** Seconds of load that each server gets before anything is measured. */
  readonly warmup: number;
  readonly startups: number;
  readonly json: boolean;
  readonly main: string;
  readonly baseline: string;
  readonly modelsDir: string;
  readonly nodeFlags: readonly string[];
}

const FULL = {
  rounds: 5,
  seconds: 3,
  warmup: 20,
  startups: 5,
  servers: SERVERS.map(({ name }) => name),
  workloads: WORKLOADS.map(({ name }) => name),
};
/** Proves that the benchmark runs; its figures mean little. */
const QUICK = {
  rounds: 1,
  seconds: 1,
  warmup: 4,
  startups: 1,
  servers: ['floor', 'onnx', 'tensornest'],
  workloads: ['1x16', '100x16', 'heavy-100x16'],
};

export const USAGE = `npm run bench -- [options]
  --quick             one short round of floor, onnx and tensornest, for CI
  --servers a,b       of: ${FULL.servers.join(', ')}
  --workloads a,b     of: ${WORKLOADS.map(({ name }) => name).join(', ')}
  --rounds N          rounds, in each of which every server takes its turn (${FULL.rounds})
  --seconds S         seconds of one turn (${FULL.seconds})
  --warmup S          seconds of load for each server before the first round (${FULL.warmup})
  --main FILE         compiled entry of the service (a copy of dist/, made at the start)
  --baseline FILE     compiled entry of another build, measured beside it
  --models DIR        models folder that holds car-evaluation/2.0.0 (models)
  --node-flags FLAGS  flags for the Node process of the service, separated by spaces (default: those of npm start)
  --json              print the results as JSON instead of tables`;

export function readOptions(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      servers: { type: 'string' },
      workloads: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      warmup: { type: 'string' },
      main: { type: 'string' },
      baseline: { type: 'string' },
      models: { type: 'string' },
      'node-flags': { type: 'string' },
    },
  });
  if (values.help) return 'help';
  const defaults = values.quick ? QUICK : FULL;
  const names = values.servers?.split(',') ?? [...defaults.servers, ...(values.baseline ? ['baseline'] : [])];
  return {
    servers: pick('server', SERVERS, names).filter(({ name }) => name !== 'baseline' || values.baseline !== undefined),
    workloads: pick('workload', WORKLOADS, values.workloads?.split(',') ?? defaults.workloads),
    rounds: whole('--rounds', values.rounds, defaults.rounds, 1),
    seconds: whole('--seconds', values.seconds, defaults.seconds, 1),
    warmup: whole('--warmup', values.warmup, defaults.warmup, 0),
    startups: defaults.startups,
    json: values.json,
    main: resolve(values.main ?? MAIN),
    baseline: resolve(values.baseline ?? MAIN),
    modelsDir: resolve(values.models ?? resolve(ROOT, 'models')),
    nodeFlags: values['node-flags']?.split(' ').filter((flag) => flag !== '') ?? startFlags(),
  };
}

function pick<T extends { readonly name: string }>(what: string, table: readonly T[], names: readonly string[]): T[] {
  const unknown = names.find((name) => !table.some((entry) => entry.name === name));
  if (unknown !== undefined) throw new Error(`${unknown}: no such ${what}.\n${USAGE}`);
  return table.filter(({ name }) => names.includes(name));
}

function whole(option: string, text: string | undefined, fallback: number, minimum: number): number {
  const value = text === undefined ? fallback : Number(text);
  if (Number.isInteger(value) && value >= minimum) return value;
  throw new Error(`${option} must be a whole number of at least ${minimum}.`);
}

/** The flags that `npm start` gives to Node. */
function startFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}
