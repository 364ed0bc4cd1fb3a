import { describe, expect, it } from 'vitest';
import { breakingChanges } from './breaking-changes.js';

function api() {
  return {
    openapi: '3.1.0',
    info: { title: 'API', version: '1' },
    paths: {
      '/predict': {
        post: {
          operationId: 'predict',
          parameters: [{ name: 'trace', in: 'query', required: false, schema: { type: 'string' } }] as object[],
          requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Row' } } } },
          responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Answer' } } } } },
        },
      },
    } as Record<string, any>,
    components: {
      schemas: {
        Row: {
          type: 'object',
          required: ['doors'],
          properties: {
            doors: { type: 'string', enum: ['2', '4'] },
            price: { oneOf: [{ type: 'number', minimum: 0 }, { type: 'null' }] },
          },
          additionalProperties: false,
        },
        Answer: {
          type: 'object',
          required: ['label'],
          properties: {
            label: { type: 'string' },
            rows: { type: 'array', items: { type: 'integer' } },
          },
        },
      } as Record<string, any>,
    },
  };
}

type Api = ReturnType<typeof api>;
const changed = (change: (api: Api) => unknown) => {
  const after = api();
  change(after);
  return breakingChanges(api(), after);
};
const row = ({ components }: Api) => components.schemas.Row;
const answer = ({ components }: Api) => components.schemas.Answer;
const predict = ({ paths }: Api) => paths['/predict'].post;

describe('a change that breaks no client', () => {
  it.each<[string, (api: Api) => unknown]>([
    ['nothing', () => undefined],
    ['another path', (after) => (after.paths['/other'] = after.paths['/predict'])],
    ['another value taken', (after) => row(after).properties.doors.enum.push('5')],
    ['another optional field taken', (after) => (row(after).properties.colour = { type: 'string' })],
    ['a field that need not be sent any more', (after) => (row(after).required = [])],
    ['a wider range', (after) => (row(after).properties.price.oneOf[0].minimum = -1)],
    ['one more form taken', (after) => row(after).properties.price.oneOf.push({ type: 'string' })],
    ['another field in the answer', (after) => (answer(after).properties.id = { type: 'string' })],
    ['a field that is always in the answer', (after) => answer(after).required.push('rows')],
    ['a field that may be null', (after) => (row(after).properties.doors.type = ['string', 'null'])],
    ['an optional parameter', (after) => predict(after).parameters.push({ name: 'x', in: 'query', schema: {} })],
  ])('%s', (_, change) => {
    expect(changed(change)).toEqual([]);
  });
});

describe('a change that breaks a client is told of once:', () => {
  it.each<[string, (api: Api) => unknown, string]>([
    ['a path', (after) => delete after.paths['/predict'], 'POST /predict is gone'],
    ['an id', (after) => (predict(after).operationId = 'infer'), 'POST /predict was predict and is infer'],
    ['a value', (after) => row(after).properties.doors.enum.pop(), 'request Row.doors does not take "4"'],
    ['a required field', (after) => row(after).required.push('price'), 'request Row.price is required'],
    ['a field of a request', (after) => delete row(after).properties.price, 'request Row.price is gone'],
    [
      'a narrower range',
      (after) => (row(after).properties.price.oneOf[0].minimum = 1),
      'request Row.price has another set of forms',
    ],
    ['a form', (after) => row(after).properties.price.oneOf.pop(), 'request Row.price has another set of forms'],
    ['a field of an answer', (after) => delete answer(after).properties.rows, 'response Answer.rows is gone'],
    ['a field that may be missing', (after) => (answer(after).required = []), 'response Answer.label may be missing'],
    [
      'a type',
      (after) => (answer(after).properties.rows.items.type = 'number'),
      'response Answer.rows[] was of type integer and is of type number',
    ],
    [
      'an answer that may be null',
      (after) => (answer(after).properties.label.type = ['string', 'null']),
      'response Answer.label was of type string and is of type string,null',
    ],
    ['a status', (after) => delete predict(after).responses[200], 'POST /predict does not answer 200'],
    [
      'a parameter',
      (after) => predict(after).parameters.push({ name: 'x', in: 'query', required: true, schema: {} }),
      'POST /predict wants the query parameter x',
    ],
  ])('%s', (_, change, told) => {
    expect(changed(change)).toEqual([told]);
  });
});
