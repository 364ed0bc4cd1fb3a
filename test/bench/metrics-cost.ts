// What it costs to count a prediction: processor time over many of them, since throughput is too noisy for it.
import 'reflect-metadata';
import { cpuUsage } from 'node:process';
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { ROOT } from './paths.ts';
import { quantile } from './statistics.ts';

/** Microseconds of processor time that counting may take of a prediction. */
const GOAL_US = 3;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, predictions: { type: 'string', default: '300000' } },
});
const rounds = Number(values.rounds);
const predictions = Number(values.predictions);

const { PredictionMetrics } = await import(join(ROOT, 'dist/observability/metrics/prediction.metrics.js'));
const { HttpMetrics } = await import(join(ROOT, 'dist/observability/metrics/http.metrics.js'));

/** The classes of two models. */
const CLASSES = [
  ['unacc', 'acc', 'good', 'vgood'],
  ['Adelie', 'Chinstrap', 'Gentoo'],
].map((labels) => labels.map((label) => ({ label, title: label })));

const book = { add: () => undefined };
const observer = new PredictionMetrics(book);
const http = new HttpMetrics(book);

/** Events as the use case makes them: of two models, with times and answers that differ. */
const events = Array.from({ length: 1_024 }, (_, index) => eventOf(index));
const requests = Array.from({ length: 1_024 }, (_, index) => ({
  method: 'POST',
  route: index % 3 === 0 ? '/api/v1/predict' : '/api/v1/models/:name/predict',
  status: index % 50 === 0 ? 400 : 200,
  durationMs: 0.2 + (index % 97) / 50,
}));

function eventOf(index: number): { readonly prediction: object } {
  const classes = CLASSES[index % 2]!;
  const share = 0.4 + ((index * 37) % 60) / 100;
  const probabilities = new Float32Array(classes.length).fill((1 - share) / (classes.length - 1));
  const winner = index % classes.length;
  probabilities[winner] = share;
  const timing = {
    encode: 0.004 + (index % 7) / 500,
    queue: (index % 13) / 20,
    infer: 0.01 + (index % 11) / 90,
    total: 2,
  };
  const model = index % 2 === 0 ? 'car-evaluation' : 'penguins';
  const winners = Int32Array.of(winner);
  return {
    prediction: { model, version: '2.0.0', classes, winners, probabilities, batchRows: 1 + (index % 64), timing },
  };
}

/** Microseconds of processor time of one call, and of the loop around it. */
function cost(work: (index: number) => void): number {
  const before = cpuUsage();
  for (let index = 0; index < predictions; index += 1) work(index & 1_023);
  const { user, system } = cpuUsage(before);
  return (user + system) / predictions;
}

let sink = 0;
const loop = (index: number) => {
  sink += events[index] === undefined ? 1 : 0;
};
const counting: Readonly<Record<string, (index: number) => void>> = {
  'a prediction of one row': (index) => observer.observe(events[index]),
  'its request over HTTP': (index) => {
    http.began('POST');
    http.ended(requests[index]);
  },
};

const results = Object.entries(counting).map(([name, work]) => {
  cost(work);
  const costs = Array.from({ length: rounds }, () => cost(work) - cost(loop)).sort((left, right) => left - right);
  return { name, median: quantile(costs, 0.5), least: costs[0]!, most: costs.at(-1)! };
});
const sum = results.reduce((all, { median }) => all + median, 0);

console.log(`Processor time of counting, us, over ${rounds} rounds of ${predictions}: median (range)`);
for (const { name, median, least, most } of results) {
  console.log(`${name.padEnd(26)} ${median.toFixed(3)} (${least.toFixed(3)} to ${most.toFixed(3)})`);
}
console.log(`together ${sum.toFixed(3)}, goal at most ${GOAL_US}`);
if (sink > 0) console.log('unreachable');
const good = sum <= GOAL_US;
console.log(`${good ? 1 : 0} passed, ${good ? 0 : 1} failed`);
process.exitCode = good ? 0 : 1;
