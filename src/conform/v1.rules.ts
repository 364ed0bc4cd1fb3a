import { assertMessage } from './oracle.js';
import { type Answer, demand, type Rule, type Subject } from './rule.js';
import type { SchemaName } from './schemas.js';

const predict = (subject: Subject, body: unknown, verb = 'predict', headers: Record<string, string> = {}) =>
  subject.send('POST', `/v1/models/${subject.model}:${verb}`, { body, headers });

function accepted(answer: Answer, kind: SchemaName): void {
  demand(answer.status === 200, `status ${answer.status} instead of 200: ${answer.bytes.toString('utf8', 0, 200)}`);
  assertMessage(kind, answer.json());
}

function refused(answer: Answer, ...statuses: number[]): void {
  const wanted = statuses.length === 0 ? [400] : statuses;
  demand(wanted.includes(answer.status), `status ${answer.status} instead of ${wanted.join(' or ')}`);
  assertMessage('error', answer.json());
}

const rule = (id: string, title: string, check: (subject: Subject) => Promise<void>): Rule => ({ id, title, check });
const refusal = (id: string, title: string, body: unknown): Rule =>
  rule(id, title, async (subject) => {
    refused(await predict(subject, body));
  });

/** What TensorFlow Serving's REST API and KServe V1 have in common, and what each adds. */
export const V1_RULES: readonly Rule[] = [
  rule('predict.row', 'instances are answered with predictions', async (subject) => {
    accepted(await predict(subject, subject.request), 'predictions');
  }),
  rule('predict.any-content-type', 'the body is JSON whatever it is called', async (subject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    accepted(await predict(subject, JSON.stringify(subject.request), 'predict', headers), 'predictions');
  }),
  rule('predict.case', 'the letters of the route have no case', async ({ send, model, request }) => {
    accepted(await send('POST', `/V1/Models/${model}:PREDICT`, { body: request }), 'predictions');
  }),
  rule('predict.trailing-text', 'text after the document does not matter', async (subject) => {
    accepted(await predict(subject, `${JSON.stringify(subject.request)} trailing`), 'predictions');
  }),
  rule('model.status', 'the status lists versions as text, each with its state', async ({ send, model }) => {
    accepted(await send('GET', `/v1/models/${model}`), 'versionStatus');
  }),
  rule('model.metadata', 'the metadata gives the signatures', async ({ send, model }) => {
    accepted(await send('GET', `/v1/models/${model}/metadata`), 'signatures');
  }),
  rule('model.unknown', 'an unknown model is refused with 404', async ({ send, request }) => {
    refused(await send('POST', '/v1/models/no-such-model:predict', { body: request }), 404);
    refused(await send('GET', '/v1/models/no-such-model'), 404);
  }),
  rule('model.unknown-version', 'an unknown version is refused with 404', async ({ send, model, request }) => {
    refused(await send('POST', `/v1/models/${model}/versions/987654:predict`, { body: request }), 404);
  }),
  rule('model.huge-version', 'a version beyond 64 bits is refused with 400', async ({ send, model, request }) => {
    refused(await send('POST', `/v1/models/${model}/versions/99999999999999999999:predict`, { body: request }));
  }),
  rule('model.unknown-label', 'an unknown label is refused with 400', async ({ send, model, request }) => {
    refused(await send('POST', `/v1/models/${model}/labels/no-such-label:predict`, { body: request }));
  }),
  rule('route.malformed', 'a path under /v1 that is no route is refused with 400', async ({ send }) => {
    refused(await send('GET', '/v1/no-such-path'));
  }),
  refusal('refuses.empty', 'no document at all', ''),
  refusal('refuses.json', 'malformed JSON', '{"instances": [1,}'),
  refusal('refuses.neither', 'neither instances nor inputs', {}),
  refusal('refuses.both', 'instances and inputs together', { instances: [1], inputs: [1] }),
  refusal('refuses.no-instance', 'an empty list of instances', { instances: [] }),
  refusal('refuses.no-list', 'instances that are no list', { instances: 1 }),
  refusal('refuses.signature', 'an unknown signature', { signature_name: 'no-such-signature', instances: [1] }),
  refusal('refuses.deep', 'nesting deeper than any tensor', `{"instances":${'['.repeat(5_000)}${']'.repeat(5_000)}}`),
];
