import type { KeyObject } from 'node:crypto';
import type { Quota } from './caller.js';
import type { Placements } from './placement.js';
import type { BackendName } from './ports/inference-backend.js';
import type { VersionPolicies } from './version-policy.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How much of a client's time and of our memory a connection may take. */
export interface EdgeLimits {
  /** Most bytes of a request's line and headers together. */
  readonly headerBytes: number;
  /** Milliseconds from the first byte, or from the connection, to the end of the headers. */
  readonly headersMs: number;
  /** Milliseconds from the first byte of a request to its last, and those for which a client may take nothing of its answer. */
  readonly bodyMs: number;
  /** Milliseconds that a connection may be without a request. */
  readonly keepAliveMs: number;
  /** Most connections at once, of this process. */
  readonly connections: number;
}

/** Doors in another application. */
export interface Mount {
  /** Where their paths begin, such as `/models`; empty for the root. */
  readonly prefix: string;
  /** What of the service's own paths is there, such as `/api/v1`. */
  readonly paths: readonly string[];
}

/** The whole configuration: validated, defaulted, frozen. Read from the environment by `config/` and by nothing else. */
export interface AppConfig {
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** Exact origins that browsers may call from; empty switches CORS off. */
    readonly corsOrigins: readonly string[];
    /** Largest request body, in bytes. */
    readonly bodyLimit: number;
  };
  readonly access: {
    /** Absolute path of the file of keys; null where there is none. */
    readonly keysFile: string | null;
    /** Whoever sends no key may ask models, and that is meant so. */
    readonly anonymous: boolean;
    /** What all who send no key may ask for together; null for as much as they like. */
    readonly anonymousQuota: Quota | null;
    /** Tokens that are taken in place of keys. */
    readonly tokens: TokenSettings | null;
    /** Port of the probes and metrics, which are not at the other port then. */
    readonly managementPort: number | null;
    /** Proxies in front of the service whose X-Forwarded-For is believed. */
    readonly proxyHops: number;
  };
  /** Where its doors are in another application; null where the service is one of its own. */
  readonly mount: Mount | null;
  readonly edge: EdgeLimits;
  readonly serverName: string;
  /** Absolute path of a small folder that the service writes to, for what a restart must not forget. */
  readonly stateDir: string;
  /** Serves the interface that changes what is served. */
  readonly admin: boolean;
  readonly models: {
    /** Absolute path of the folder that holds `<name>/<version>/`. */
    readonly dir: string;
    /** Name under which `dir` is served when it is a package itself; null takes the name in the package. */
    readonly flatName: string | null;
    /** Model that answers where none is named; null takes the first by name. */
    readonly defaultModel: string | null;
    /** Models without which the service is not ready; null means every model present at the start. */
    readonly required: readonly string[] | null;
    /** Which versions are loaded. */
    readonly policies: VersionPolicies;
    /** Whether packages that appear while the service runs are taken over. */
    readonly watch: boolean;
    /** Seconds between two looks at the store and the registry. */
    readonly refreshSeconds: number;
    /** npm scope that models are pulled from and published to, such as `@acme`; null switches the registry off. */
    readonly scope: string | null;
    /** Models to have at the start, each as `name`, `name@range` or `name@dist-tag`. */
    readonly wanted: readonly string[];
    /** Ed25519 public key whose owner must have signed every package; null serves unsigned packages too. */
    readonly requireSignature: KeyObject | null;
  };
  readonly backend: BackendName | 'auto';
  readonly openInference: {
    /** The extensions that server metadata names; what is managed through the repository is added by itself. */
    readonly extensions: readonly string[];
  };
  readonly grpc: {
    /** Port of the gRPC doors; null when they are closed. */
    readonly port: number | null;
    /** Tensors are always answered as raw bytes; otherwise as they were sent. */
    readonly alwaysRaw: boolean;
  };
  /** How the paths that TensorFlow Serving and KServe share are answered. */
  readonly v1Dialect: V1Dialect;
  readonly limits: {
    /** Most rows of one request. */
    readonly requestRows: number;
    /** Most rows of the model that one explanation may take. */
    readonly explainRows: number;
    /** Most bytes of an uploaded package. */
    readonly uploadBytes: number;
    /** Most bytes of a package that is loaded. */
    readonly packageBytes: number;
    /** Most rows of one execution of a model. */
    readonly batchRows: number;
  };
  readonly execution: {
    /** Worker threads for the models that run in workers. */
    readonly workers: number;
    /** Largest number of different inputs that are worked out in advance; 0 switches tabulation off. */
    readonly tabulateInputs: number;
    /** Processes that share the port. */
    readonly processes: number;
  };
  readonly load: {
    /** Where models run. */
    readonly placements: Placements;
    /** Most rows that may wait for a model in one process. */
    readonly queueRows: number;
    /** Longest that a request may wait for its answer; a client may only shorten it. */
    readonly requestTimeoutMs: number;
    /** JavaScript heap of a worker thread, in MiB; one that needs more dies alone. */
    readonly workerHeapMb: number;
    /** How long the service goes on serving, and says that it is not ready, after SIGTERM. */
    readonly drainSeconds: number;
    /** How long requests that are under way may take after that, before they are cut off. */
    readonly shutdownSeconds: number;
  };
  /** What is kept of predictions for their outcomes; null where feedback is off. */
  readonly feedback: {
    /** Absolute path of the SQLite file. */
    readonly path: string;
    readonly retentionDays: number;
    /** Most bytes of the file; the oldest predictions make room. */
    readonly maxBytes: number;
  } | null;
  readonly metrics: {
    /** Whose names `/metrics` shows too. */
    readonly compat: readonly MetricDialect[];
  };
  /** How traffic is compared with training; null when it is not. */
  readonly drift: DriftSettings | null;
  /** Null when nobody wants traces. */
  readonly tracing: {
    /** Where spans are sent, by OTLP over HTTP. */
    readonly url: string;
    readonly serviceName: string;
    /** What else every span says of this service. */
    readonly attributes: Readonly<Record<string, string>>;
    readonly sampler: TraceSampler;
    /** Share of the traces that the samplers with a ratio take, from 0 to 1. */
    readonly ratio: number;
    /** How long spans are gathered before they are sent. */
    readonly gatherMs: number;
  } | null;
  readonly log: {
    readonly level: LogLevel;
    /** Coloured lines for people instead of JSON. */
    readonly pretty: boolean;
  };
  /** Who is sent every audit event; null for nobody. */
  readonly auditSink: AuditReceiver | null;
  /** What audit events are like. */
  readonly auditEvents: AuditEvents;
  readonly auditFailure: {
    /** What becomes of lines that cannot be written: they are lost and counted, or nothing is predicted until they can. */
    readonly onError: 'drop' | 'block';
    /** Most bytes of lines that wait to be written. */
    readonly bufferBytes: number;
  };
  /** Where audit lines go: standard output, an absolute file path, or nowhere. */
  readonly audit:
    { readonly kind: 'stdout' } | { readonly kind: 'file'; readonly path: string } | { readonly kind: 'off' };
}

/** Each an event a line: CloudEvents of our own type, or the pairs of KServe's inference logger. */
export const AUDIT_FORMATS = ['cloudevents', 'kserve'] as const;
export type AuditFormatName = (typeof AUDIT_FORMATS)[number];

export interface AuditEvents {
  readonly format: AuditFormatName;
  /** The context that events come from, as a URI reference. */
  readonly source: string;
  /** What KServe's events call the namespace. */
  readonly namespace: string;
}

/** Whoever takes audit events over HTTP. */
export interface AuditReceiver {
  /** Without credentials. */
  readonly url: string;
  /** The header that the credentials of the variable make. */
  readonly authorization: string | null;
}

/** When a window of traffic is complete, and what is drift then. */
export interface DriftSettings {
  /** Rows that complete a window. */
  readonly rows: number;
  /** Seconds after which fewer rows do, if they are enough to be tested. */
  readonly seconds: number;
  /** Largest adjusted p-value that counts as drift. */
  readonly significance: number;
}

/** Which JSON Web Tokens are believed. */
export interface TokenSettings {
  /** Absolute path of the JSON Web Key Set. */
  readonly keysFile: string;
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
}

/** The extensions of the Open Inference Protocol that are spoken here. */
export const OIP_EXTENSIONS = [
  'binary_tensor_data',
  'classification',
  'statistics',
  'model_configuration',
  'parameters',
  'schedule_policy',
] as const;

export const V1_DIALECTS = ['union', 'tfserving', 'kserve'] as const;
export type V1Dialect = (typeof V1_DIALECTS)[number];

/** OpenTelemetry's own names for who decides which traces are recorded. */
export const TRACE_SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type TraceSampler = (typeof TRACE_SAMPLERS)[number];

/** Servers whose names of metrics are known here. */
export const METRIC_DIALECTS = ['triton', 'kserve', 'mlserver'] as const;
export type MetricDialect = (typeof METRIC_DIALECTS)[number];

export const APP_CONFIG = Symbol('APP_CONFIG');
