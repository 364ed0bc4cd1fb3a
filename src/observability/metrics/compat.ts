import type { MetricDialect } from '../../core/app-config.js';
import type { Outcome } from '../../core/prediction.js';
import type { Reading } from './reading.js';
import { family, histogramAs, linesOf, pick, type Readings, type Relabel, relabelled } from './translate.js';

const MICROSECONDS = 1_000_000;

const REQUESTS = 'tensornest_inference_requests_total';
const HTTP = 'http_server_request_duration_seconds';
const seconds = (stage: string): string => `tensornest_inference_${stage}_seconds`;

const byVersion = pick({ model: 'model', version: 'version' });
const succeeded: Relabel = (labels) => (labels.outcome === 'success' ? byVersion(labels) : undefined);
const failed: Relabel = (labels) => (labels.outcome === 'success' ? undefined : byVersion(labels));

/** Why a request failed, in Triton's words. */
const TRITON_REASONS: Readonly<Record<Exclude<Outcome, 'success'>, string>> = {
  rejected: 'REJECTED',
  timeout: 'REJECTED',
  cancelled: 'CANCELED',
  invalid: 'OTHER',
  error: 'BACKEND',
};

/**
 * https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/metrics.html. Durations are of
 * successful requests; what is pending is counted in rows, which is what queues hold here.
 */
function triton(readings: Readings): Reading[] {
  const micros = (...stages: readonly string[]) =>
    relabelled(
      stages.flatMap((stage) => linesOf(readings, seconds(stage), '_sum')),
      byVersion,
      MICROSECONDS,
    );
  const reasons: Relabel = (labels) => {
    const reason = TRITON_REASONS[labels.outcome as keyof typeof TRITON_REASONS] as string | undefined;
    return reason === undefined ? undefined : { ...byVersion(labels), reason };
  };
  const counter = (name: string, help: string, values: Reading['values']) =>
    family('counter', `nv_inference_${name}`, help, values);
  const requests = linesOf(readings, REQUESTS);
  const stages = ['preprocess', 'queue', 'predict', 'postprocess'];
  return [
    counter('request_success', 'Requests that were answered.', relabelled(requests, succeeded)),
    counter('request_failure', 'Requests that were not answered.', relabelled(requests, reasons)),
    counter('count', 'Rows that were answered.', linesOf(readings, 'tensornest_inference_rows_total')),
    counter('exec_count', 'Executions of the model.', linesOf(readings, 'tensornest_inference_executions_total')),
    counter('request_duration_us', 'Microseconds of answered requests.', micros(...stages)),
    counter('queue_duration_us', 'Microseconds that they waited.', micros('queue')),
    counter('compute_input_duration_us', 'Microseconds of their encoding.', micros('preprocess')),
    counter('compute_infer_duration_us', 'Microseconds of their executions.', micros('predict')),
    counter('compute_output_duration_us', 'Microseconds of their outputs.', micros('postprocess')),
    family(
      'gauge',
      'nv_inference_pending_request_count',
      'Rows that wait for an execution.',
      relabelled(linesOf(readings, 'tensornest_queue_depth'), pick({ model: 'model' })),
    ),
  ];
}

/** https://kserve.github.io/website/docs/model-serving/predictive-inference/observability/prometheus-metrics */
function kserve(readings: Readings): Reading[] {
  return ['preprocess', 'predict', 'postprocess', 'explain'].map((stage) => {
    const name = `request_${stage}_seconds`;
    const values = histogramAs(readings, seconds(stage), name, pick({ model_name: 'model' }));
    return family('histogram', name, `Seconds of ${stage}, by model.`, values);
  });
}

/**
 * https://docs.seldon.ai/mlserver/user-guide/metrics. Its `batch_request_queue` is what an execution takes out of the queue;
 * `parallel_request_queue` is left out, for there is no second queue before the workers here.
 */
function mlserver(readings: Readings): Reading[] {
  const byRoute = pick({ method: 'http_request_method', path: 'http_route', status_code: 'http_response_status_code' });
  const requests = linesOf(readings, REQUESTS);
  const rest = 'rest_server_requests';
  const queue = 'batch_request_queue';
  const batches = histogramAs(readings, 'tensornest_batch_size', queue, pick({ model: 'model' }));
  return [
    family(
      'counter',
      'model_infer_request_success_total',
      'Requests that were answered.',
      relabelled(requests, succeeded),
    ),
    family(
      'counter',
      'model_infer_request_failure_total',
      'Requests that were not answered.',
      relabelled(requests, failed),
    ),
    family('histogram', queue, 'Rows of an execution.', batches),
    family('counter', `${rest}_total`, 'Requests over HTTP.', relabelled(linesOf(readings, HTTP, '_count'), byRoute)),
    family(
      'histogram',
      `${rest}_duration_seconds`,
      'Seconds of requests over HTTP.',
      histogramAs(readings, HTTP, `${rest}_duration_seconds`, byRoute),
    ),
    family(
      'gauge',
      `${rest}_in_progress`,
      'Requests over HTTP that are being answered.',
      relabelled(linesOf(readings, 'http_server_active_requests'), pick({ method: 'http_request_method' })),
    ),
  ];
}

const DIALECTS: Readonly<Record<MetricDialect, (readings: Readings) => Reading[]>> = { triton, kserve, mlserver };

/** The same numbers under the names of other servers, so that what was built for them shows this one. */
export function translated(readings: readonly Reading[], dialects: readonly MetricDialect[]): Reading[] {
  const byName = new Map(readings.map((reading) => [reading.name, reading]));
  return dialects.flatMap((dialect) => DIALECTS[dialect](byName)).filter(({ values }) => values.length > 0);
}
