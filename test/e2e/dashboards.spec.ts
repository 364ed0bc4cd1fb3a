import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { type ParsedFamily, parsePrometheus } from '../support/prometheus-text.js';
import { metricsOf } from '../support/promql.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

const FOLDER = 'docker/observability';
const rules: readonly Rule[] = parse(await readFile(`${FOLDER}/prometheus/alerts.yaml`, 'utf8')).groups.flatMap(
  ({ rules: ofGroup }: { rules: Rule[] }) => ofGroup,
);
const dashboard = JSON.parse(await readFile(`${FOLDER}/grafana/dashboards/tensornest.json`, 'utf8'));
const panels: readonly Panel[] = dashboard.panels.filter(({ type }: Panel) => type !== 'row');

/** What Prometheus itself says of a target. */
const OF_PROMETHEUS = new Set(['up']);

let app: TestApp;
let folder: string;
let families: ReadonlyMap<string, ParsedFamily>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tensornest-dashboards-'));
  app = await startTestApp({ FEEDBACK: 'true', DRIFT_WINDOW_ROWS: '100', STATE_DIR: folder });
  const { body } = await app.predict([ARTICLE_ROW]);
  await app.post('/api/v1/feedback', { id: body.id, label: 'acc' });
  await app.predict(Array.from({ length: 100 }, () => ARTICLE_ROW));
  await app.post('/api/v1/models/car-evaluation/explain', { inputs: [ARTICLE_ROW] });
  await vi.waitFor(async () => {
    families = parsePrometheus(await (await fetch(`${app.url}/metrics`)).text());
    expect(families.get('tensornest_drifting')?.samples).not.toEqual([]);
  }, 10_000);
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

/** Fails on a metric that is not scraped, and on a label that it does not have. */
function expectScraped(expression: string): void {
  const metrics = metricsOf(expression);
  expect(metrics, expression).not.toEqual([]);
  for (const { name, labels } of metrics) {
    if (OF_PROMETHEUS.has(name)) continue;
    const samples = [...families.values()].flatMap((family) => family.samples.filter((sample) => sample.name === name));
    expect(samples.length, `${name} in ${expression}`).toBeGreaterThan(0);
    for (const label of labels) expect(Object.keys(samples[0]!.labels), `${name} in ${expression}`).toContain(label);
  }
}

describe('the alert rules', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s reads what is there, and says what is wrong',
    (_, { expr, labels, annotations }) => {
      expectScraped(expr);
      expect(annotations.summary).toMatch(/[.?]$/);
      expect(['page', 'ticket']).toContain(labels.severity);
    },
  );

  it('have names of their own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});

it.each(panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)))(
  'the panel "%s" reads what is there: %s',
  (_, expression) => {
    expectScraped(expression);
  },
);

describe('the profile of docker/compose.yaml', () => {
  it('mounts files that are there, and starts nothing without being asked', async () => {
    const { services } = parse(await readFile('docker/compose.yaml', 'utf8'));
    for (const name of ['prometheus', 'grafana']) {
      expect(services[name].profiles).toEqual(['observability']);
      for (const volume of services[name].volumes as string[]) {
        expect(existsSync(join('docker', volume.split(':')[0]!)), volume).toBe(true);
      }
    }
    expect(services['tensornest-1'].profiles).toBeUndefined();
  });
});
