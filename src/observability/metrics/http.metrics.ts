import { Inject, Injectable } from '@nestjs/common';
import { type HistogramSample, METRICS, type Metrics, type Sample } from '../../core/ports/metrics.js';
import { FixedHistogram } from '../../core/fixed-histogram.js';

/** Seconds: OpenTelemetry's own buckets for `http.server.request.duration`, and three for models that are fast. */
export const HTTP_BOUNDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What a request is counted under that no route took. */
const NO_ROUTE = 'unmatched';

/** One request that is over. */
export interface ServedRequest {
  readonly method: string;
  /** The template, such as `/api/v1/models/:name/predict`; undefined where no route took the request. */
  readonly route: string | undefined;
  readonly status: number;
  readonly durationMs: number;
}

/** What the HTTP server does, by OpenTelemetry's names. */
@Injectable()
export class HttpMetrics {
  private readonly active = new Map<string, number>();
  /** By route, then by method and status: three look-ups with strings that V8 knows already. */
  private readonly served = new Map<string, Map<string, Map<number, FixedHistogram>>>();

  constructor(@Inject(METRICS) metrics: Metrics) {
    metrics.add(
      {
        type: 'histogram',
        name: 'http_server_request_duration_seconds',
        help: 'Seconds from the head of a request to the end of its answer.',
        labels: ['http_request_method', 'http_route', 'http_response_status_code'],
        bounds: HTTP_BOUNDS,
        read: () => this.durations(),
      },
      {
        type: 'gauge',
        name: 'http_server_active_requests',
        help: 'Requests that are being answered.',
        labels: ['http_request_method'],
        read: () => this.underWay(),
      },
    );
  }

  /** Requests that are being answered. */
  get activeRequests(): number {
    let all = 0;
    for (const requests of this.active.values()) all += requests;
    return all;
  }

  began(method: string): void {
    const known = bounded(method);
    this.active.set(known, (this.active.get(known) ?? 0) + 1);
  }

  ended({ method, route = NO_ROUTE, status, durationMs }: ServedRequest): void {
    const known = bounded(method);
    this.active.set(known, (this.active.get(known) ?? 1) - 1);
    this.histogram(route, known, status).observe(durationMs / 1_000);
  }

  private histogram(route: string, method: string, status: number): FixedHistogram {
    const methods = entry(this.served, route, () => new Map<string, Map<number, FixedHistogram>>());
    const statuses = entry(methods, method, () => new Map<number, FixedHistogram>());
    return entry(statuses, status, () => new FixedHistogram(HTTP_BOUNDS));
  }

  private *durations(): Iterable<HistogramSample> {
    for (const [route, methods] of this.served) {
      for (const [method, statuses] of methods) {
        for (const [status, { counts, sum }] of statuses)
          yield { labels: [method, route, String(status)], counts, sum };
      }
    }
  }

  private *underWay(): Iterable<Sample> {
    for (const [method, value] of this.active) yield { labels: [method], value };
  }
}

/** A client may call its method anything. */
function bounded(method: string): string {
  return METHODS.has(method) ? method : '_OTHER';
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
