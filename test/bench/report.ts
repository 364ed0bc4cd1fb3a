import { type Goal, GOALS } from './goals.ts';
import { figure, namesOf, ratio, type Results } from './results.ts';
import { SERVERS } from './servers.ts';
import { type Spread, spread } from './statistics.ts';
import { WORKLOADS } from './workloads.ts';

const OURS = 'tensornest';
const TABULATED = 'tensornest-tabulated';

/** The results as Markdown: ratios, because absolute figures say more about the machine than about the service. */
export function toMarkdown(results: Results): string {
  const sections = [
    introduction(results),
    ...ratioSections(results),
    section(
      'Goals',
      ['workload', 'server', 'of', 'goal', 'reached', ''],
      GOALS.flatMap((goal) => goalRows(results, goal)),
    ),
    cpuSection(results),
    latencySection(results),
    rowCostSection(results),
    probeSection(results),
    vitalsSection(results),
    failureSection(results),
  ];
  return sections.filter((text) => text !== '').join('\n\n') + '\n';
}

function introduction({ node, processors, generator, rounds, seconds, warmup, notices, nodeFlags }: Results): string {
  const flags = nodeFlags.length === 0 ? '' : ` Flags of the service: ${nodeFlags.join(' ')}.`;
  return [
    '# Benchmark',
    `Node ${node}, ${processors} processors, ${generator}; ${rounds} rounds of ${seconds} s a turn after ${warmup} s of warm-up.${flags}`,
    'A cell is the median of the rounds with (smallest..largest). Workloads are `<rows>x<connections>`. Only ratios of one' +
      ' run count; a difference under 15 % is unresolved.',
    ...notices.map((notice) => `**Note:** ${notice}`),
  ].join('\n\n');
}

function ratioSections(results: Results): string[] {
  const servers = namesOf(results, 'server');
  const plain = servers.filter((server) => server !== TABULATED && server !== 'baseline');
  const table = (title: string, base: string, columns: readonly string[]) => {
    const shown = columns.filter((server) => server !== base && servers.includes(server));
    const rows = namesOf(results, 'workload').map((workload) => [
      workload,
      ...shown.map((server) => show(ratio(results, workload, server, base))),
    ]);
    const measured = servers.includes(base) && shown.length > 0;
    return section(title, ['workload', ...shown], measured ? rows : []);
  };
  return [
    table('Throughput, of the floor', 'floor', plain),
    table('Throughput, of the floor that defers its replies', 'floor-deferred', plain),
    table('Throughput, of an empty Nest route: what the framework leaves', 'floor-nest', [OURS]),
    table('Precomputed: throughput of the tabulated service, of the floor', 'floor', [TABULATED]),
    table('Precomputed: throughput of the tabulated service, of the service without it', OURS, [TABULATED]),
    table('Throughput, of the baseline build', 'baseline', [OURS]),
  ];
}

function goalRows(results: Results, { workloads, server, of, atLeast }: Goal): string[][] {
  return workloads.map((workload) => {
    const reached = ratio(results, workload, server, of);
    return [workload, server, of, atLeast.toFixed(2), show(reached), verdict(reached, atLeast)];
  });
}

function verdict(reached: Spread | undefined, goal: number): string {
  if (reached === undefined) return 'not measured';
  if (reached.count > 1 && reached.min < goal && reached.max >= goal) return 'within the spread';
  return reached.median >= goal ? 'yes' : 'no';
}

function cpuSection(results: Results): string {
  const servers = namesOf(results, 'server');
  const rows = namesOf(results, 'workload').map((workload) => [
    workload,
    ...servers.map((server) => show(figure(results, workload, server, 'cpuMicrosPerRequest'), 0, false)),
  ]);
  return section('Processor time of the server, µs a request', ['workload', ...servers], rows);
}

function latencySection(results: Results): string {
  const atSixtyFour = namesOf(results, 'workload').filter((workload) => /^\d+x64$/.test(workload));
  const rows = atSixtyFour.flatMap((workload) =>
    ['floor', OURS, TABULATED].map((server) => [
      workload,
      server,
      show(figure(results, workload, server, 'p50Ms')),
      show(figure(results, workload, server, 'p99Ms')),
    ]),
  );
  const measured = rows.filter(([, , p50]) => p50 !== '');
  return section('Latency at 64 connections, ms', ['workload', 'server', 'p50', 'p99'], measured);
}

function rowCostSection(results: Results): string {
  const curve = WORKLOADS.filter(({ model, connections }) => model === 'car' && connections === 16);
  const rows = [...curve]
    .sort((left, right) => left.rows - right.rows)
    .map(({ name, rows: count }) => {
      const rate = figure(results, name, OURS, 'requestsPerSecond')?.median;
      const cpu = figure(results, name, OURS, 'cpuMicrosPerRequest')?.median;
      return [String(count), rate && (1e6 / (rate * count)).toFixed(2), cpu && (cpu / count).toFixed(2)];
    })
    .filter((row): row is string[] => row[1] !== undefined);
  return section('Cost of a row at 16 connections, µs', ['rows a request', 'elapsed', 'processor'], rows);
}

function probeSection({ vitals }: Results): string {
  const rows = vitals.flatMap(({ server, probes }) =>
    probes.map(({ workload, probes: count, failed, p50Ms, p99Ms, maxMs }) => [
      server,
      workload,
      ...[p50Ms, p99Ms, maxMs].map((value) => value.toFixed(1)),
      `${failed} of ${count}`,
    ]),
  );
  return section('Liveness probe under load, ms', ['server', 'load', 'p50', 'p99', 'max', 'failed'], rows);
}

function vitalsSection({ vitals, startups }: Results): string {
  const rows = vitals.map(({ server, model, idleMiB, peakMiB, afterMiB, tensorsBefore, tensorsAfter }) => [
    server,
    model,
    model === 'car' ? show(spread(startups.find((one) => one.server === server)?.readyMs ?? []), 0) : '',
    ...[idleMiB, peakMiB, afterMiB].map((value) => (Number.isFinite(value) ? value.toFixed(0) : '')),
    tensorsBefore === undefined ? '' : `${tensorsBefore} / ${tensorsAfter}`,
  ]);
  const head = ['server', 'model', 'start to ready, ms', 'RSS idle, MiB', 'peak', 'after', 'tensors before / after'];
  return section('Start and memory', head, rows);
}

function failureSection({ samples }: Results): string {
  const failed = samples.filter(({ failures }) => failures > 0);
  const rows = failed.map(({ server, workload, round, failures }) => [server, workload, `${round + 1}`, `${failures}`]);
  return section(
    'Failed requests: the figures of these turns mean nothing',
    ['server', 'workload', 'round', 'failed'],
    rows,
  );
}

function show(value: Spread | undefined, digits = 2, withRange = true): string {
  if (value === undefined) return '';
  // A ratio far below one would be all zeros.
  const places = digits > 0 && value.median < 0.1 ? digits + 1 : digits;
  const [median, min, max] = [value.median, value.min, value.max].map((one) => one.toFixed(places));
  return withRange && value.count > 1 ? `${median} (${min}..${max})` : `${median}`;
}

/** Nothing at all for a table without rows. */
function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  if (rows.length === 0) return '';
  return [`## ${title}`, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** What each server of the tables is. */
export const legend = (): string =>
  ['## Servers', '', ...SERVERS.map(({ name, about }) => `- \`${name}\`: ${about}`)].join('\n') + '\n';
