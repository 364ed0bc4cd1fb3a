import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { loadConfig, variables } from '../../src/config/load-config.js';
import { containerOf, type ContainerSpec, type Manifest, readEnv } from './manifest.js';

const FOLDER = 'docker/kubernetes';
const read = (path: string) => readFileSync(join(FOLDER, path), 'utf8');
const manifest = (path: string) => parse(read(path)) as Manifest;
const KSERVE = JSON.parse(readFileSync('test/kubernetes/kserve.schema.json', 'utf8')) as object;
/** What the service itself takes after the last request, in seconds (`CLEAN_UP_MS` of src/shutdown.ts). */
const CLEAN_UP_SECONDS =
  Number(/CLEAN_UP_MS = ([\d_]+)/.exec(readFileSync('src/shutdown.ts', 'utf8'))![1]!.replace('_', '')) / 1_000;

const deployment = manifest('base/deployment.yaml');
const runtime = manifest('kserve/cluster-serving-runtime.yaml');
const service = containerOf(deployment);
const kserve = runtime.spec.containers[0] as ContainerSpec;
const settings = readEnv(read('base/tensornest.env'));
/** The image sets what it sets; the manifests come on top. */
const image = Object.fromEntries(
  /^ENV (.*)$/m
    .exec(readFileSync('docker/Dockerfile', 'utf8'))![1]!
    .split(' ')
    .map((pair) => pair.split('=')),
) as Record<string, string>;
const kserveSettings = Object.fromEntries(kserve.env!.map(({ name, value }) => [name, value]));

/** KEYS_FILE is a file of the cluster's, which is not read before the service starts. */
const config = loadConfig({ ...image, ...settings }, false);

describe.each([
  ['the base', { ...image, ...settings }],
  ['the development overlay', envOf('overlays/dev')],
  ['the registry component', envOf('components/registry')],
  // KServe puts the service's name in.
  ["KServe's runtime", { ...kserveSettings, MODEL_NAME: 'car-evaluation' }],
])('the settings of %s', (_, env) => {
  it('are variables of the service, with values that it takes', () => {
    const known = [...Object.keys(variables()), 'NODE_ENV'];
    for (const name of Object.keys(env)) expect(known).toContain(name);
    expect(() => loadConfig({ KEYS_FILE: 'keys.json', ...env }, false)).not.toThrow();
  });
});

function envOf(folder: string): Record<string, string> {
  const generators = manifest(`${folder}/kustomization.yaml`).configMapGenerator as { literals: string[] }[];
  return readEnv(generators.flatMap(({ literals }) => literals).join('\n'));
}

describe('ports', () => {
  it('of the container are those that the service listens on, and those of the image', () => {
    const named = Object.fromEntries(service.ports!.map(({ name, containerPort }) => [name, String(containerPort)]));
    expect(named).toEqual({ http: settings.PORT, grpc: settings.GRPC_PORT, management: settings.MANAGEMENT_PORT });
    expect(image).toMatchObject({ PORT: named.http, GRPC_PORT: named.grpc });
    expect(kserveSettings).toMatchObject({ PORT: '8080', GRPC_PORT: '9000' });
  });

  it('of Service, policy and monitor are names that the container has', () => {
    const names = service.ports!.map(({ name }) => name);
    for (const { targetPort } of manifest('base/service.yaml').spec.ports) expect(names).toContain(targetPort);
    for (const { ports } of manifest('base/network-policy.yaml').spec.ingress) {
      for (const { port } of ports) expect(names).toContain(port);
    }
    for (const { port } of manifest('components/monitoring/service-monitor.yaml').spec.endpoints) {
      expect(manifest('base/service.yaml').spec.ports.map(({ name }: { name: string }) => name)).toContain(port);
    }
  });

  it('of the probes are open without a key', () => {
    expect(service.readinessProbe.httpGet.port).toBe('management');
    expect(settings.MANAGEMENT_PORT).not.toBe(settings.PORT);
  });
});

describe('probes', () => {
  it.each([
    ['startup', service.startupProbe!],
    ['ready', service.readinessProbe],
    ['live', service.livenessProbe],
    ['ready', kserve.readinessProbe],
    ['live', kserve.livenessProbe],
  ])('ask /health/%s', (name, probe) => {
    expect(probe.httpGet.path).toBe(`/health/${name}`);
    expect(probe.timeoutSeconds).toBeLessThanOrEqual(Math.max(probe.periodSeconds!, 2));
  });

  it('see that a replica is draining while it still serves', () => {
    for (const [probe, drain] of [
      [service.readinessProbe, settings.DRAIN_SECONDS],
      [kserve.readinessProbe, kserveSettings.DRAIN_SECONDS],
    ] as const) {
      expect(probe.failureThreshold! * (probe.periodSeconds! + probe.timeoutSeconds!)).toBeLessThan(Number(drain));
    }
  });
});

it('a replica may take longer for its end than preStop, drain, requests under way and the rest can', () => {
  const [command, seconds] = service.lifecycle!.preStop.exec.command;
  expect(command).toBe('sleep');
  const longest = Number(seconds) + config.load.drainSeconds + config.load.shutdownSeconds + CLEAN_UP_SECONDS;
  expect(deployment.spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(longest);
});

it("KServe's replica too, in the time that Kubernetes gives where nobody asks for more, and Knative by the timeout", () => {
  const { drainSeconds, shutdownSeconds } = loadConfig({ ...image, ...kserveSettings, MODEL_NAME: 'cars' }, false).load;
  const longest = drainSeconds + shutdownSeconds + CLEAN_UP_SECONDS;
  const { timeout } = manifest('kserve/inference-service.yaml').spec.predictor as { readonly timeout: number };
  for (const given of [30, timeout]) expect(longest).toBeLessThan(given);
});

it('every folder that the service writes to is mounted, and the keys are where it looks for them', () => {
  const mounts = (service.volumeMounts as { mountPath: string; readOnly?: boolean }[]).map(
    ({ mountPath, readOnly = false }) => [mountPath, readOnly] as const,
  );
  expect(Object.fromEntries(mounts)).toEqual({ '/run/keys': true, '/state': false, '/tmp': false });
  expect(settings).toMatchObject({ KEYS_FILE: '/run/keys/keys.json', STATE_DIR: '/state', AUDIT_LOG: 'stdout' });
  expect(kserveSettings.STATE_DIR).toBe('/tmp/state');
});

it('the folder of state holds the feedback where it is kept, so that nobody is evicted for it', () => {
  const { emptyDir } = deployment.spec.template.spec.volumes.find(({ name }: { name: string }) => name === 'state');
  expect(emptyDir.sizeLimit).toMatch(/^\d+Mi$/);
  for (const env of [{ ...image, ...settings }, envOf('overlays/dev'), envOf('components/registry')]) {
    const { feedback } = loadConfig({ KEYS_FILE: 'keys.json', ...env }, false);
    const mebibytes = feedback === null ? 0 : feedback.maxBytes / 2 ** 20;
    expect(Number.parseInt(emptyDir.sizeLimit)).toBeGreaterThan(mebibytes);
  }
});

it.each([
  ['the base', service, deployment.spec.template.spec.securityContext],
  ["KServe's runtime", kserve, kserve.securityContext],
])('%s asks for the least that the restricted profile allows', (_, { securityContext }, pod) => {
  expect(pod).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } });
  expect(securityContext).toMatchObject({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
});

it('a replica has no token of the cluster', () => {
  expect(deployment.spec.template.spec.automountServiceAccountToken).toBe(false);
  expect(manifest('base/service-account.yaml').automountServiceAccountToken).toBe(false);
});

it('only KServe lets everybody ask, since it asks who they are itself', () => {
  expect({ ...image, ...settings }).not.toHaveProperty('ANONYMOUS_ACCESS');
  expect(kserveSettings.ANONYMOUS_ACCESS).toBe('true');
});

it('the autoscaler asks for a metric that there is, below the number at which requests are refused', () => {
  const { metrics } = manifest('base/autoscaler.yaml').spec;
  const { metric, target } = metrics.find(({ type }: { type: string }) => type === 'Pods').pods;
  expect(readFileSync('src/model/model.metrics.ts', 'utf8')).toContain(`'${metric.name}'`);
  expect(Number(target.averageValue)).toBeLessThan(config.load.queueRows);
});

describe("KServe's resources", () => {
  const validate = new Ajv({ strict: false, allErrors: true }).compile(KSERVE);

  it.each(['cluster-serving-runtime', 'inference-service'])('%s has the fields of its kind', (name) => {
    validate(manifest(`kserve/${name}.yaml`));
    expect(validate.errors ?? []).toEqual([]);
  });

  it.each([
    ['cluster-serving-runtime', 'protocolVersions: [v1', 'protocolVersions: [v3', 'allowed values'],
    ['cluster-serving-runtime', 'autoSelect: true', 'autoSelected: true', 'additional properties'],
    ['inference-service', 'canaryTrafficPercent: 10', 'canaryTrafficPercent: 110', '<= 100'],
    ['inference-service', 'storageUri: pvc', 'storageUri: ftp', 'pattern'],
  ])('%s would not pass with "%s" as "%s"', (name, right, wrong, fault) => {
    validate(parse(read(`kserve/${name}.yaml`).replace(right, wrong)));
    expect(validate.errors?.map(({ message }) => message).join()).toContain(fault);
  });

  it('serve the one package that KServe brings, in all protocols', () => {
    expect(kserveSettings).toMatchObject({ MODELS_DIR: '/mnt/models', MODEL_NAME: '{{.Name}}' });
    expect(runtime.spec.protocolVersions).toEqual(['v1', 'v2', 'grpc-v2']);
    const { model, canaryTrafficPercent } = manifest('kserve/inference-service.yaml').spec.predictor;
    expect(model.runtime).toBe(runtime.metadata.name);
    expect(runtime.spec.supportedModelFormats).toContainEqual(expect.objectContaining(model.modelFormat));
    expect(runtime.spec.protocolVersions).toContain(model.protocolVersion);
    expect(canaryTrafficPercent).toBeGreaterThan(0);
  });
});

it('the page on scale-out, and the limits of memory, go by the figures of the benchmark that the main README has', () => {
  const [readme, page] = [
    readFileSync('README.md', 'utf8').replace(/\s+/g, ' '),
    read('README.md').replace(/\s+/g, ' '),
  ];
  const [, one, hundred, thousand] =
    /A row costs (\d+) us alone, .*?([\d.]+) us among 100, ([\d.]+) us among 1,000/.exec(readme)!;
  const [, atStart, most] = /(\d+) MB when it has just started, .*?up to (\d+) MB under the largest loads/.exec(
    readme,
  )!;
  expect(page).toContain(
    `one row costs ${one} us of processor time, a row among 100 costs ${hundred} us, a row among 1,000 costs ${thousand} us`,
  );
  expect(page).toContain(`${atStart} MB at the start and up to ${most} MB`);
  expect(read('base/deployment.yaml')).toContain(`${atStart} MB at the start, ${most} MB under the largest loads`);
  // A core that is used to 70 %, to the hundred.
  const rate = (us: number) => (Math.round(0.7e6 / us / 100) * 100).toLocaleString('en');
  expect(page).toContain(
    `about ${rate(Number(one))} one-row requests a second, or ${rate(100 * Number(hundred))} requests of 100 rows`,
  );
  expect(Number.parseInt(service.resources.limits.memory)).toBeGreaterThan(1.2 * Number(most));
});
