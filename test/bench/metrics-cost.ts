// What it costs to watch a prediction: processor time over many of them, since throughput is too noisy for it. The observers are those
// of the service, as it wires them, beside its shipped models: `car-evaluation` (tabulated) and `penguins` (numbers and categories).
import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { cpuUsage, threadCpuUsage } from 'node:process';
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { ROOT } from './paths.ts';
import { quantile } from './statistics.ts';

/** Microseconds of processor time that observers may take of a prediction of one row, in all threads together. */
const GOAL_US = 3;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    predictions: { type: 'string', default: '100000' },
    batch: { type: 'string', default: '1000' },
  },
});
const rounds = Number(values.rounds);
const predictions = Number(values.predictions);
/** Predictions that the feedback store is given at a time: those of 100 ms, at 10,000 a second. */
const batch = Number(values.batch);

const load = (path: string) => import(join(ROOT, 'dist', path));
const { createContext, loadModels } = await load('app.setup.js');
const { loadConfig } = await load('config/load-config.js');
const { PREDICTION_OBSERVERS } = await load('core/ports/prediction-observer.js');
const { newPredictionId } = await load('core/prediction-id.js');
const { ModelRegistry } = await load('model/model-registry.js');
const { HttpMetrics } = await load('observability/metrics/http.metrics.js');
const { winnersOf } = await load('core/winners.js');

Logger.overrideLogger(false);
const folder = await mkdtemp(join(tmpdir(), 'tensornest-bench-'));
const settings = { STATE_DIR: folder, FEEDBACK: 'true', AUDIT_LOG: 'off', LOG_LEVEL: 'silent', BACKEND: 'wasm' };
const app = await createContext(loadConfig({ ...settings, MODELS_DIR: join(ROOT, 'models'), PORT: '0' }, false));
await loadModels(app);

/** Predictions as the use case makes them, of recorded inputs, with times that differ. */
const known: any[] = await Promise.all(
  ['car-evaluation', 'penguins'].map(async (name) => {
    const slot = app.get(ModelRegistry).lease(name).slot;
    const { version, signature } = slot.manifest;
    return Promise.all(
      slot.golden.records.slice(0, 32).map(async ({ input }: any) => {
        const rows = slot.encoder.encode([input]);
        const batch = { ...rows, data: Float32Array.from(rows.data) };
        const { answers: probabilities } = await slot.run(rows);
        const { classes } = signature;
        const winners = winnersOf(probabilities, 1);
        return {
          digest: slot.digest,
          batch,
          signature,
          prediction: { model: name, version, classes, winners, probabilities },
        };
      }),
    );
  }),
);
const events = Array.from({ length: 1_024 }, (_, index) => {
  const { prediction, ...rest } = known[index % 2][(index >> 1) % known[index % 2].length];
  const timing = {
    encode: 0.004 + (index % 7) / 500,
    queue: (index % 13) / 20,
    infer: 0.01 + (index % 11) / 90,
    total: 2,
  };
  const made = { ...prediction, id: '', batchRows: 1 + (index % 64), timing };
  return { ...rest, requestId: 'bench', time: new Date(), inputs: {}, prediction: made };
});
const requests = Array.from({ length: 1_024 }, (_, index) => ({
  method: 'POST',
  route: index % 3 === 0 ? '/api/v1/predict' : '/api/v1/models/:name/predict',
  status: index % 50 === 0 ? 400 : 200,
  durationMs: 0.2 + (index % 97) / 50,
}));

const observers: any[] = app.get(PREDICTION_OBSERVERS);
const [metrics, drift, feedback] = ['PredictionMetrics', 'DriftObserver', 'PredictionKeeper'].map((name) => {
  const found = observers.find((observer) => observer.constructor.name === name);
  if (found === undefined) throw new Error(`There is no observer ${name}.`);
  return found;
});
const http = app.get(HttpMetrics);

const next = (index: number) => {
  const event = events[index]!;
  event.prediction.id = newPredictionId();
  return event;
};
const tell = (observer: any, event: any) => {
  observer.observeRows?.(event.digest, event.batch);
  observer.observe(event);
};
const watching: Readonly<Record<string, (index: number) => void>> = {
  'metrics of a prediction': (index) => tell(metrics, next(index)),
  'metrics of its request': (index) => {
    next(index);
    http.began('POST');
    http.ended(requests[index]);
  },
  drift: (index) => tell(drift, next(index)),
  feedback: (index) => tell(feedback, next(index)),
  'all observers together': (index) => {
    const event = next(index);
    for (const observer of observers) tell(observer, event);
  },
};

interface Cost {
  /** In the thread that answers requests. */
  readonly own: number;
  /** With what other threads do for it. */
  readonly all: number;
}

/** Microseconds of processor time of one call, and of the loop around it. */
async function cost(work: (index: number) => void): Promise<Cost> {
  const before = cpuUsage();
  const ownBefore = threadCpuUsage();
  for (let index = 0; index < predictions; index += 1) {
    work(index & 1_023);
    if (index % batch === batch - 1) await feedback.flush();
  }
  await feedback.flush();
  const own = threadCpuUsage(ownBefore);
  const all = cpuUsage(before);
  return { own: (own.user + own.system) / predictions, all: (all.user + all.system) / predictions };
}

const results: { readonly name: string; readonly own: number[]; readonly all: number[] }[] = [];
for (const [name, work] of Object.entries(watching)) {
  await cost(work);
  const own: number[] = [];
  const all: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [with_, without] = [await cost(work), await cost(next)];
    own.push(with_.own - without.own);
    all.push(with_.all - without.all);
  }
  results.push({ name, own: own.sort((a, b) => a - b), all: all.sort((a, b) => a - b) });
}
await app.close();
await rm(folder, { recursive: true, force: true });

const shown = (costs: number[]) =>
  `${quantile(costs, 0.5).toFixed(2)} (${costs[0]!.toFixed(2)} to ${costs.at(-1)!.toFixed(2)})`.padEnd(24);
console.log(`Processor time of a prediction of one row, us, over ${rounds} rounds of ${predictions}: median (range)`);
console.log(`${''.padEnd(26)}${'of its thread'.padEnd(24)}of all threads`);
for (const { name, own, all } of results) console.log(`${name.padEnd(26)}${shown(own)}${shown(all)}`.trimEnd());
const failed = results.filter(({ all }) => quantile(all, 0.5) > GOAL_US);
console.log(
  `goal: at most ${GOAL_US} of all threads; feedback has one of its own write what it gathers, ${batch} at a time`,
);
console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
