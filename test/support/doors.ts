import { CAR_TENSORS } from './inference-client.js';
import { ARTICLE_ROW } from './test-app.js';

/** A way to ask the car model over HTTP. */
export interface HttpDoor {
  path(model: string, version?: string): string;
  /** A body with these rows of the car model. */
  body(rows: readonly object[]): object;
}

const column = (rows: readonly object[], name: string) =>
  rows.map((row) => String((row as Record<string, unknown>)[name]));

/** Every door over HTTP, by name. */
export const HTTP_DOORS: Readonly<Record<string, HttpDoor>> = {
  native: {
    path: (model, version) => `/api/v1/models/${model}/${version === undefined ? '' : `versions/${version}/`}predict`,
    body: (inputs) => ({ inputs }),
  },
  'open-inference': {
    path: (model, version) => `/v2/models/${model}/${version === undefined ? '' : `versions/${version}/`}infer`,
    body: (rows) => ({
      inputs: CAR_TENSORS.map(({ name, datatype }) => ({
        name,
        datatype,
        shape: [rows.length],
        data: column(rows, name),
      })),
    }),
  },
  'tf-serving predict': {
    path: (model, version) => `/v1/models/${model}${version === undefined ? '' : `/versions/${version}`}:predict`,
    body: (instances) => ({ instances }),
  },
  'tf-serving classify': {
    path: (model, version) => `/v1/models/${model}${version === undefined ? '' : `/versions/${version}`}:classify`,
    body: (examples) => ({ examples }),
  },
};

export const GOOD_ROW = ARTICLE_ROW;
