import { describe, expect, it } from 'vitest';
import { ConfigError } from './env-rules.js';
import { loadConfig } from './load-config.js';

const load = (env: Record<string, string>) => loadConfig(env, false);

describe('the configuration', () => {
  it('has the documented defaults', () => {
    expect(load({})).toMatchObject({
      http: { host: '127.0.0.1', port: 8080, corsOrigins: [], bodyLimit: 1_048_576 },
      edge: { headerBytes: 16_384, headersMs: 15_000, bodyMs: 30_000, keepAliveMs: 75_000, connections: 10_000 },
      serverName: 'Tensornest',
      stateDir: `${import.meta.dirname.replace(/\/src\/config$/, '')}/state`,
      admin: false,
      models: {
        dir: `${import.meta.dirname.replace(/\/src\/config$/, '')}/models`,
        flatName: null,
        defaultModel: null,
        required: null,
        policies: { general: { kind: 'latest' }, byModel: {} },
        watch: true,
        refreshSeconds: 60,
        scope: null,
        wanted: [],
        requireSignature: null,
      },
      backend: 'auto',
      openInference: {
        extensions: [
          'binary_tensor_data',
          'classification',
          'statistics',
          'model_configuration',
          'parameters',
          'schedule_policy',
        ],
      },
      grpc: { port: null, alwaysRaw: false },
      v1Dialect: 'union',
      limits: {
        requestRows: 5_000,
        explainRows: 100_000,
        uploadBytes: 268_435_456,
        packageBytes: 1_073_741_824,
        batchRows: 4_096,
      },
      execution: { workers: 1, tabulateInputs: 20_000, processes: 1 },
      load: {
        placements: { general: 'auto', byModel: {} },
        queueRows: 10_000,
        requestTimeoutMs: 30_000,
        workerHeapMb: 1_024,
        drainSeconds: 5,
        shutdownSeconds: 20,
      },
      feedback: null,
      log: { level: 'info', pretty: false },
      audit: { kind: 'stdout' },
    });
  });

  it.each([
    ['PORT', '9000', (config: ReturnType<typeof load>) => config.http.port, 9000],
    ['CORS_ORIGINS', 'https://a.example, http://b.example:3000', (c) => c.http.corsOrigins.length, 2],
    ['REQUIRED_MODELS', 'a,b', (config) => config.models.required, ['a', 'b']],
    ['AUDIT_LOG', 'off', (config) => config.audit.kind, 'off'],
    ['AUDIT_LOG', '/var/log/audit.jsonl', (config) => config.audit, { kind: 'file', path: '/var/log/audit.jsonl' }],
    ['AUDIT_FORMAT', 'kserve', (config) => config.auditEvents.format, 'kserve'],
    ['AUDIT_SOURCE', 'https://ml.example/cars', (config) => config.auditEvents.source, 'https://ml.example/cars'],
    [
      'AUDIT_SINK_URL',
      'https://us%20er:s3cret@events.example/audit?a=b',
      (config) => config.auditSink,
      {
        url: 'https://events.example/audit?a=b',
        authorization: `Basic ${Buffer.from('us er:s3cret').toString('base64')}`,
      },
    ],
    [
      'AUDIT_SINK_URL',
      'http://127.0.0.1:9/',
      (config) => config.auditSink,
      { url: 'http://127.0.0.1:9/', authorization: null },
    ],
    ['AUDIT_NAMESPACE', 'team-a', (config) => config.auditEvents.namespace, 'team-a'],
    ['GRPC_PORT', '9000', (config) => config.grpc.port, 9000],
    ['GRPC_OUTPUTS', 'raw', (config) => config.grpc.alwaysRaw, true],
    ['V1_DIALECT', 'kserve', (config) => config.v1Dialect, 'kserve'],
    ['OIP_EXTENSIONS', 'statistics', (config) => config.openInference.extensions, ['statistics']],
    ['MODEL_NAME', 'car', (config) => config.models.flatName, 'car'],
    ['LOG_FORMAT', 'pretty', (config) => config.log.pretty, true],
    ['VERSION_POLICY', 'all;cars=latest', ({ models }) => models.policies.byModel.cars, { kind: 'latest' }],
    ['ADMIN_API', 'true', (config) => config.admin, true],
    ['MODEL_SCOPE', '@acme', (config) => config.models.scope, '@acme'],
    ['MODELS', 'a@^2, b@stable,c', (config) => config.models.wanted, ['a@^2', 'b@stable', 'c']],
    ['KEEP_ALIVE_SECONDS', '5', (config) => config.edge.keepAliveMs, 5_000],
    ['BODY_TIMEOUT_SECONDS', '10', (config) => config.edge.headersMs, 10_000],
    ['PORT', ' ', (config) => config.http.port, 8080],
  ] as [string, string, (config: ReturnType<typeof load>) => unknown, unknown][])(
    'reads %s=%s',
    (name, value, read, expected) => {
      expect(read(load({ [name]: value }))).toEqual(expected);
    },
  );

  it.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['PORT', '80.5'],
    ['BACKEND', 'gpu-secret'],
    ['LOG_LEVEL', 'loud'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'https://a.example/path'],
    ['MAX_REQUEST_ROWS', '0'],
    ['BODY_LIMIT', '1mb'],
    ['PLACEMENT', 'penguins=gpu'],
    ['QUEUE_ROWS', '0'],
    ['REQUEST_TIMEOUT_MS', '30s'],
    ['DRAIN_SECONDS', '-1'],
    ['MAX_HEADER_BYTES', '16k'],
    ['HEADERS_TIMEOUT_SECONDS', '0'],
    ['MAX_CONNECTIONS', '0'],
    ['VERSION_POLICY', 'newest'],
    ['MODELS_REFRESH_SECONDS', '0'],
    ['ADMIN_API', 'yes'],
    ['MODEL_SCOPE', 'models'],
    ['MODELS', '@acme/penguins'],
    ['MODELS', 'penguins@https://example.com/x.tgz'],
    ['REQUIRE_SIGNATURE', 'no-such-file.pem'],
    ['REQUIRE_SIGNATURE', 'README.md'],
  ])('refuses %s=%s by name and without its value', (name, value) => {
    const attempt = () => load({ [name]: value });
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(new RegExp(`^ {2}${name} must`, 'm'));
    expect(attempt).not.toThrow(new RegExp(value.replaceAll(/[*.]/g, '\\$&') + '( |$|,)', 'm'));
  });

  it('shares the connections among the processes', () => {
    const { edge } = load({ MAX_CONNECTIONS: '1000', WEB_CONCURRENCY: '3' });
    expect(edge.connections).toBe(334);
  });

  it('names every wrong variable at once', () => {
    expect(() => load({ PORT: 'x', BACKEND: 'y' })).toThrow(/PORT[^]*BACKEND/);
  });

  it('is frozen to the bottom', () => {
    const config = load({});
    expect(Object.isFrozen(config) && Object.isFrozen(config.http) && Object.isFrozen(config.http.corsOrigins)).toBe(
      true,
    );
  });
});
