import { PREDICTION_TYPE } from './cloud-events.js';
import { GAP_TYPE } from './gap.js';
import { REQUEST_TYPE, RESPONSE_TYPE } from './kserve.js';

/** Requests that may wait for their responses: the two are written together, so more were torn apart. */
const MOST_REQUESTS = 1_000;

/** Rows that were predicted, as the log has them. */
export interface RecordedPrediction {
  readonly kind: 'prediction';
  readonly id: string;
  readonly model: string;
  readonly version: string;
  readonly digest: string;
  readonly inputs: readonly unknown[];
  /** The place of each row in its request, where others were left out of it. */
  readonly positions: readonly number[] | undefined;
  /** Label of the winning class of each row. */
  readonly labels: readonly string[];
}

/** What a line of an audit log is. */
export type Recorded =
  | RecordedPrediction
  /** A call of a model that takes tensors. */
  | { readonly kind: 'tensors' }
  /** A request whose response is still to come. */
  | { readonly kind: 'request' }
  /** A response whose request is not there. */
  | { readonly kind: 'unpaired' }
  /** Lines were lost before it. */
  | { readonly kind: 'gap' }
  /** A sound line of something else, such as the service's log on the same stream. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'damaged'; readonly reason: string };

type Fields = Readonly<Record<string, unknown>>;

/** Reads the lines of an audit log in their order, in every form that it has or had. */
export class EventReader {
  private readonly requests = new Map<string, Fields>();

  /** Requests that have no response so far. */
  get waiting(): number {
    return this.requests.size;
  }

  read(line: string): Recorded {
    let event: unknown;
    try {
      event = JSON.parse(line);
    } catch {
      return { kind: 'damaged', reason: 'is no JSON' };
    }
    if (!isFields(event)) return { kind: 'damaged', reason: 'is no JSON object' };
    // Lines of before they were CloudEvents.
    if (event.audit !== undefined) return event.audit === 'gap' ? { kind: 'gap' } : prediction(event.id, event);
    switch (event.type) {
      case PREDICTION_TYPE:
        return prediction(event.id, event.data);
      case REQUEST_TYPE:
        return this.request(event);
      case RESPONSE_TYPE:
        return this.response(event);
      case GAP_TYPE:
        return { kind: 'gap' };
      default:
        return { kind: 'foreign' };
    }
  }

  private request({ id, data }: Fields): Recorded {
    if (typeof id !== 'string' || !isFields(data)) return { kind: 'damaged', reason: 'has no id or no data' };
    const [oldest] = this.requests.keys();
    if (this.requests.size >= MOST_REQUESTS && oldest !== undefined) this.requests.delete(oldest);
    this.requests.set(id, data);
    return { kind: 'request' };
  }

  private response({
    id,
    data,
    inferenceservicename: model,
    modelversion: version,
    modeldigest: digest,
  }: Fields): Recorded {
    const request = this.requests.get(String(id));
    if (request === undefined) return { kind: 'unpaired' };
    this.requests.delete(String(id));
    if (!isFields(data)) return { kind: 'damaged', reason: 'has no data' };
    const { predictions, outputs } = data;
    if (outputs !== undefined) return { kind: 'tensors' };
    return prediction(id, {
      model,
      version,
      digest,
      inputs: request.instances,
      positions: request.positions,
      predictions,
    });
  }
}

function prediction(id: unknown, data: unknown): Recorded {
  if (!isFields(data)) return { kind: 'damaged', reason: 'has no data' };
  const { model, version, digest, inputs, positions, predictions: labels, function: called } = data;
  if (called !== undefined) return { kind: 'tensors' };
  if (![id, model, version, digest].every((text) => typeof text === 'string')) {
    return { kind: 'damaged', reason: 'does not say which model answered what' };
  }
  if (!Array.isArray(inputs) || !isLabels(labels) || inputs.length !== labels.length) {
    return { kind: 'damaged', reason: 'has inputs and predictions that do not fit together' };
  }
  if (positions !== undefined && !isPlaces(positions, inputs.length)) {
    return { kind: 'damaged', reason: 'has inputs and positions that do not fit together' };
  }
  return {
    kind: 'prediction',
    id: id as string,
    model: model as string,
    version: version as string,
    digest: digest as string,
    inputs: inputs as readonly unknown[],
    positions,
    labels,
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLabels(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((label) => typeof label === 'string');
}

function isPlaces(value: unknown, rows: number): value is readonly number[] {
  return Array.isArray(value) && value.length === rows && value.every(Number.isInteger);
}
