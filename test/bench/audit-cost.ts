// What an audit line costs: processor time to make it, gather it and link it into its chain, without the write.
import 'reflect-metadata';
import { cpuUsage } from 'node:process';
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { ROOT } from './paths.ts';
import { quantile } from './statistics.ts';

/** Microseconds of processor time that the line of a one-row prediction may take; a one-row request takes 75. */
const GOAL_US: Readonly<Record<string, number>> = { cloudevents: 4, kserve: 8 };

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, predictions: { type: 'string', default: '200000' } },
});
const rounds = Number(values.rounds);
const predictions = Number(values.predictions);

const { LineBuffer } = await import(join(ROOT, 'dist/observability/line-buffer.js'));
const { chain, NO_LINK } = await import(join(ROOT, 'dist/observability/audit/chain.js'));
const { AUDIT_FORMATS } = await import(join(ROOT, 'dist/observability/audit/formats/index.js'));

const classes = ['unacc', 'acc', 'good', 'vgood'].map((label) => ({ label, title: label }));
const features = ['buying', 'maint', 'doors', 'persons', 'lug_boot', 'safety'].map((name) => ({
  name,
  sensitive: false,
}));
const row = Buffer.from(
  '[{"buying":"vhigh","maint":"med","doors":4,"persons":"more","lug_boot":"med","safety":"high"}]',
);
const events = Array.from({ length: 1_024 }, (_, index) => ({
  requestId: `1b0c54a5-0c0d-4b9c-9d5e-0d4d2c3a${(4_096 + index).toString(16)}`,
  // A few lines are of the same millisecond.
  time: new Date(1.7e12 + (index >> 3)),
  digest: `sha256:${'d07bf662'.repeat(8)}`,
  signature: { features, classes },
  inputs: { json: () => row },
  prediction: {
    id: `0197a000-0000-7000-8000-00000000${(4_096 + index).toString(16)}`,
    model: 'car-evaluation',
    version: '2.0.0',
    classes,
    winners: Int32Array.of(index % classes.length),
    timing: { total: 0.2 + (index % 97) / 50 },
  },
}));

/** Microseconds of processor time of one line. */
function cost(work: (index: number) => void): number {
  const before = cpuUsage();
  for (let index = 0; index < predictions; index += 1) work(index & 1_023);
  const { user, system } = cpuUsage(before);
  return (user + system) / predictions;
}

let passed = 0;
for (const [name, goal] of Object.entries(GOAL_US)) {
  let link = NO_LINK;
  const sink = {
    write: (lines: Uint8Array, release?: () => void) => {
      ({ link } = chain(lines, link, 0));
      release?.();
    },
    flush: () => Promise.resolve(),
  };
  const lines = new LineBuffer(sink);
  const format = AUDIT_FORMATS[name]({ format: name, source: '/tensornest', namespace: 'default' });
  const work = (index: number) => lines.write(...format.rows(events[index]));
  cost(work);
  const costs = Array.from({ length: rounds }, () => cost(work)).sort((left, right) => left - right);
  const median = quantile(costs, 0.5);
  await lines.flush();
  console.log(
    `${name.padEnd(12)} ${median.toFixed(2)} us (${costs[0]!.toFixed(2)} to ${costs.at(-1)!.toFixed(2)}), goal ${goal}`,
  );
  if (median <= goal) passed += 1;
}
const failed = Object.keys(GOAL_US).length - passed;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
