import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { DCLinter } from 'dclint';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { loadConfig, variables } from '../../src/config/load-config.js';

const compose = readFileSync('docker/compose.yaml', 'utf8');
const { services } = parse(compose, { merge: true }) as {
  services: Record<string, any>;
};
const nginx = readFileSync('docker/nginx/nginx.conf', 'utf8');
const dockerfile = readFileSync('docker/Dockerfile', 'utf8');
const image = Object.fromEntries(
  /^ENV (.*)$/m
    .exec(dockerfile)![1]!
    .split(' ')
    .map((pair) => pair.split('=')),
) as Record<string, string>;

describe.each(['tensornest-1', 'tensornest-2'])('%s of the compose file', (name) => {
  const { environment, ...service } = services[name];

  it('has settings that the service takes, and asks everybody for a key', () => {
    for (const variable of Object.keys(environment)) expect(Object.keys(variables())).toContain(variable);
    const config = loadConfig({ ...image, ...environment }, false);
    expect(config.access).toMatchObject({ keysFile: '/run/keys/keys.json' });
    expect(environment).not.toHaveProperty('ANONYMOUS_ACCESS');
    expect(service.ports).toBeUndefined();
  });

  it('may do as little as possible, and has time for its end', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: '512m',
    });
    const { load } = loadConfig({ ...image, ...environment }, false);
    expect(Number.parseInt(service.stop_grace_period)).toBeGreaterThan(load.drainSeconds + load.shutdownSeconds + 5);
  });

  it('is asked by nginx and by Prometheus', () => {
    expect(nginx).toContain(`server ${name}:${image.PORT} `);
    const { scrape_configs: jobs } = parse(readFileSync('docker/observability/prometheus/prometheus.yaml', 'utf8'));
    expect(jobs[0].static_configs[0].targets).toContain(`${name}:${environment.MANAGEMENT_PORT}`);
  });
});

/** What the Compose specification's own schema and a linter's rules say; the order of keys is ours. */
function faultsOf(path: string): string[] {
  const order = ['services-alphabetical-order', 'service-keys-order', 'service-dependencies-alphabetical-order'];
  const rules = Object.fromEntries(order.map((rule) => [rule, 0 as const]));
  const linter = new DCLinter({ rules, quiet: false, debug: false, exclude: [] });
  const [result] = linter.lintFiles([path], false) as [{ messages: { rule: string; message: string }[] }];
  return result.messages.map(({ rule, message }) => `${rule}: ${message}`);
}

describe('the compose file', () => {
  it('is as the Compose specification has it, and a linter finds nothing', () => {
    expect(faultsOf('docker/compose.yaml')).toEqual([]);
  });

  it.each([
    ['mem_limit: 512m', 'mem_limits: 512m', '/services/tensornest-1'],
    ['condition: service_healthy', 'condition: healthy', '/services/nginx/depends_on'],
    ["'127.0.0.1:9090:9090'", "'127.0.0.1:8080:9090'", 'no-duplicate-exported-ports'],
    ['nginx-unprivileged:1.29-alpine', 'nginx-unprivileged:latest', 'service-image-require-explicit-tag'],
  ])('would not pass with %s as %s', (right, wrong, fault) => {
    const folder = mkdtempSync(join(tmpdir(), 'tensornest-compose-'));
    writeFileSync(join(folder, 'compose.yaml'), compose.replace(right, wrong));
    expect(faultsOf(join(folder, 'compose.yaml')).join('\n')).toContain(fault);
    rmSync(folder, { recursive: true });
  });

  it('waits for who is there, healthy where the image can say so, and keeps what watches to its profile', () => {
    for (const [name, { depends_on: needs = [], profiles }] of Object.entries(services)) {
      for (const other of Array.isArray(needs) ? (needs as string[]) : Object.keys(needs)) {
        expect(Object.keys(services), name).toContain(other);
        expect(services[other].profiles ?? profiles).toEqual(profiles);
      }
      expect(profiles).toEqual(/prometheus|grafana/.test(name) ? ['observability'] : undefined);
    }
    expect(services.nginx.depends_on).toEqual({
      'tensornest-1': { condition: 'service_healthy' },
      'tensornest-2': { condition: 'service_healthy' },
    });
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
  });

  it('lets the service write where it does, and mounts its models where it reads them', () => {
    const { models, stateDir } = loadConfig({ ...image, KEYS_FILE: 'keys.json' }, false);
    const { tmpfs, volumes } = services['tensornest-1'];
    expect(tmpfs.map((entry: string) => entry.split(':')[0])).toEqual(['/tmp', join('/app', relative('.', stateDir))]);
    expect(volumes).toContain(`../models:${join('/app', relative('.', models.dir))}:ro`);
  });

  it('puts the rules, data source and dashboards where Prometheus and Grafana look for them', () => {
    const read = (file: string) => parse(readFileSync(join('docker/observability', file), 'utf8'));
    const targets = ({ volumes }: { volumes: string[] }) => volumes.map((volume) => volume.split(':')[1]);
    for (const file of read('prometheus/prometheus.yaml').rule_files)
      expect(targets(services.prometheus)).toContain(file);
    const [{ options }] = read('grafana/provisioning/dashboards/tensornest.yaml').providers;
    expect(targets(services.grafana)).toContain(options.path);
    const [{ url }] = read('grafana/provisioning/datasources/prometheus.yaml').datasources;
    const { hostname, port } = new URL(url);
    expect(services[hostname].ports).toEqual([`127.0.0.1:${port}:${port}`]);
    expect(targets(services.nginx).map((target) => basename(target!))).toEqual(['nginx.conf']);
  });
});

it('only this machine reaches what the compose file opens', () => {
  const ports = Object.values(services).flatMap(({ ports = [] }) => ports as string[]);
  expect(ports).toContain('127.0.0.1:8080:8080');
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});

it('every file and folder that it mounts is there', () => {
  for (const { volumes = [] } of Object.values(services)) {
    for (const volume of volumes as string[])
      expect(existsSync(join('docker', volume.split(':')[0]!)), volume).toBe(true);
  }
});

it('the image listens everywhere, and does not start until it is told who may ask', () => {
  expect(image.HOST).toBe('0.0.0.0');
  expect(dockerfile).not.toContain('ANONYMOUS_ACCESS');
  expect(() => loadConfig(image, false)).toThrow(/ANONYMOUS_ACCESS/);
});

it("nginx has the service's limits, and more patience", () => {
  const { http, load, edge } = loadConfig({}, false);
  expect(nginx).toContain(`client_max_body_size ${http.bodyLimit / 2 ** 20}m;`);
  expect(Number(/proxy_read_timeout (\d+)s/.exec(nginx)![1]) * 1_000).toBeGreaterThan(load.requestTimeoutMs);
  expect(Number(/keepalive_timeout (\d+)s/.exec(nginx)![1]) * 1_000).toBeLessThan(edge.keepAliveMs);
});
