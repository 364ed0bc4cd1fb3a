import { describe, expect, it } from 'vitest';
import { kustomize } from './kubectl.js';
import { containerOf, type Manifest, oneOf } from './manifest.js';
import { problemsOf, typed } from './manifest-types.js';

const OVERLAYS = ['base', 'overlays/dev', 'overlays/production'] as const;
const built = Object.fromEntries(OVERLAYS.map((overlay) => [overlay, kustomize(overlay)])) as Record<
  (typeof OVERLAYS)[number],
  Manifest[]
>;

describe.each(OVERLAYS)('%s', (overlay) => {
  it('is of the types of the Kubernetes API, without a field that is not theirs', () => {
    expect(problemsOf(built[overlay].map(typed))).toEqual([]);
  });

  it('names only what there is: settings, keys, labels', () => {
    const deployment = oneOf(built[overlay], 'Deployment');
    const { spec, metadata } = deployment.spec.template;
    const settings = oneOf(built[overlay], 'ConfigMap');
    for (const { envFrom } of [...spec.containers, ...(spec.initContainers ?? [])]) {
      expect(envFrom[0].configMapRef.name).toBe(settings.metadata.name);
    }
    expect(spec.serviceAccountName).toBe(oneOf(built[overlay], 'ServiceAccount').metadata.name);
    for (const selector of [
      deployment.spec.selector.matchLabels,
      oneOf(built[overlay], 'Service').spec.selector,
      oneOf(built[overlay], 'NetworkPolicy').spec.podSelector.matchLabels,
      // One replica that is to go has no budget.
      ...built[overlay]
        .filter(({ kind }) => kind === 'PodDisruptionBudget')
        .map(({ spec }) => spec.selector.matchLabels),
    ]) {
      expect(selector).toMatchObject({ 'app.kubernetes.io/name': 'tensornest' });
      expect(metadata.labels).toMatchObject(selector);
    }
    const volumes = (spec.volumes as { name: string }[]).map(({ name }) => name);
    for (const { volumeMounts } of [...spec.containers, ...(spec.initContainers ?? [])]) {
      for (const { name } of volumeMounts) expect(volumes).toContain(name);
    }
  });
});

it('a wrong type, a missing field and a misspelt one are noticed', () => {
  const copyOf = (kind: string) => structuredClone(oneOf(built.base, kind)) as any;
  const deployment = copyOf('Deployment');
  deployment.spec.template.spec.terminationGracePeriodSeconds = 'long';
  const bare = copyOf('Deployment');
  delete bare.spec.selector;
  const scaler = copyOf('HorizontalPodAutoscaler');
  scaler.spec.metrics[0].resource.target.averageUtilisation = 70;
  const problems = problemsOf([deployment, bare, scaler].map(typed)).join('\n');
  expect(problems).toMatch(/'string' is not assignable to type 'number'/);
  expect(problems).toMatch(/"selector".* is missing/);
  expect(problems).toMatch(/averageUtilisation/);
});

it("the containers and volumes of KServe's runtime are of Kubernetes's types too", () => {
  const { spec } = oneOf(kustomize('kserve'), 'ClusterServingRuntime');
  const values = [
    ...spec.containers.map((value: object) => ({ module: 'kubernetes-models/v1', type: 'IContainer', value })),
    ...spec.volumes.map((value: object) => ({ module: 'kubernetes-models/v1', type: 'IVolume', value })),
  ];
  expect(problemsOf(values)).toEqual([]);
});

describe('the development overlay', () => {
  it('is one replica, which nothing scales', () => {
    const kinds = built['overlays/dev'].map(({ kind }) => kind);
    expect(kinds).not.toContain('HorizontalPodAutoscaler');
    expect(kinds).not.toContain('PodDisruptionBudget');
    expect(oneOf(built['overlays/dev'], 'Deployment').spec.replicas).toBe(1);
  });

  it('mounts the keys that it makes', () => {
    const { volumes } = oneOf(built['overlays/dev'], 'Deployment').spec.template.spec;
    const { secret } = volumes.find(({ name }: { name: string }) => name === 'keys');
    const made = oneOf(built['overlays/dev'], 'Secret');
    expect(secret.secretName).toBe(made.metadata.name);
    expect(JSON.parse(Buffer.from(made.data['keys.json'], 'base64').toString())).toEqual({ keys: [] });
  });
});

describe('the production overlay', () => {
  it('holds no secret, and leaves the number of replicas to the autoscaler', () => {
    expect(built['overlays/production'].map(({ kind }) => kind)).not.toContain('Secret');
    expect(oneOf(built['overlays/production'], 'Deployment').spec.replicas).toBeUndefined();
  });

  it('pulls the models that it requires into the folder that is served', () => {
    const deployment = oneOf(built['overlays/production'], 'Deployment');
    const [pull] = deployment.spec.template.spec.initContainers;
    const { data } = oneOf(built['overlays/production'], 'ConfigMap');
    expect(pull.command.at(-1).split('@')[0]).toBe(data.REQUIRED_MODELS);
    expect(pull.image).toBe(containerOf(deployment).image);
    for (const { volumeMounts } of [pull, containerOf(deployment)]) {
      expect(volumeMounts).toContainEqual(expect.objectContaining({ mountPath: data.MODELS_DIR }));
    }
  });
});
