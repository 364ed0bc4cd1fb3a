import { expect } from 'vitest';
import type { Pair } from '../pair.js';

const HALF = '/v1/models/half_plus_two';
const EVENT = { specversion: '1.0', id: '1', source: 'test', type: 'test.request' };
const EVENT_HEADERS = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': 'test', 'ce-type': 'test.request' };

export const PAIRS: readonly Pair[] = [
  { rule: 'the server is alive', path: '/', message: 'alive', answer: { status: 'alive' } },
  {
    rule: 'models are listed',
    path: '/v1/models',
    message: 'modelList',
    answer: { models: expect.arrayContaining(['half_plus_two', 'car-evaluation']) },
  },
  {
    rule: 'a model is ready, and TensorFlow Serving’s status is beside it',
    path: HALF,
    message: 'modelReady',
    answer: { name: 'half_plus_two', ready: true, model_version_status: [expect.objectContaining({ version: '123' })] },
  },
  { rule: 'an unknown model is refused', path: '/v1/models/nope', status: 404, message: 'error' },
  {
    rule: 'a model that cannot explain says so',
    path: `${HALF}:explain`,
    body: { instances: [1] },
    status: 501,
    message: 'error',
  },
  {
    rule: 'a structured event is answered with a structured event',
    path: `${HALF}:predict`,
    body: JSON.stringify({ ...EVENT, datacontenttype: 'application/json', data: { instances: [1] } }),
    headers: { 'content-type': 'application/cloudevents+json' },
    message: 'predictionEvent',
    answer: expect.objectContaining({
      type: 'io.kserve.inference.response',
      source: 'io.kserve.inference.half_plus_two',
      data: { predictions: [2.5] },
    }),
  },
  {
    rule: 'a binary event is answered with a binary event',
    path: `${HALF}:predict`,
    body: { instances: [1] },
    headers: EVENT_HEADERS,
    message: 'predictions',
    answer: { predictions: [2.5] },
    answerHeaders: {
      'ce-type': 'io.kserve.inference.response',
      'ce-source': 'io.kserve.inference.half_plus_two',
      'ce-id': /./,
    },
  },
  {
    rule: 'an event without its attributes is refused',
    path: `${HALF}:predict`,
    body: { instances: [1] },
    headers: { 'ce-id': '1', 'ce-specversion': '1.0' },
    status: 400,
    message: 'error',
  },
];
