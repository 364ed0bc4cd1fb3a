import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { loadConfig, variables } from '../../src/config/load-config.js';

const { services } = parse(readFileSync('docker/compose.yaml', 'utf8'), { merge: true }) as {
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
