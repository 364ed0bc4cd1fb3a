import type { IncomingHttpHeaders } from 'node:http';
import type { Response } from 'express';
import type { CloudEvent } from 'cloudevents';
import { reasonOf, TensornestError } from '../../core/errors.js';
import { parseStrictJson } from '../../core/strict-json.js';

const STRUCTURED = 'application/cloudevents+json';
const JSON_TYPE = 'application/json';
const RESPONSE_TYPE = 'io.kserve.inference.response';

/** A request that came as a CloudEvent. */
export interface ReceivedEvent {
  /** The event's data: the request itself. */
  readonly data: Buffer;
  /** Answers with an event of the same form, from the model of this name. */
  answer(response: Response, model: string, body: Buffer, contentType?: string): void;
}

/** The event that a request is, in structured or binary form, or null when it is none. Throws `bad-request`, or what `parseStrictJson` does. */
export async function receiveEvent(headers: IncomingHttpHeaders, body: Buffer): Promise<ReceivedEvent | null> {
  const structured = headers['content-type']?.toLowerCase().startsWith(STRUCTURED) === true;
  if (!structured && headers['ce-specversion'] === undefined && headers['ce-id'] === undefined) return null;
  // Few services are asked with events, and the library is large.
  const { CloudEvent: Event, HTTP } = await import('cloudevents');
  const envelope = structured ? (parseStrictJson(body) as Envelope) : null;
  try {
    // The library checks the attributes. The data stays as it came: not all of it is JSON.
    const message = structured
      ? { headers: { 'content-type': STRUCTURED }, body: body.toString('utf8') }
      : { headers: { ...headers, 'content-type': 'application/octet-stream' }, body: '' };
    (HTTP.toEvent(message) as CloudEvent).validate();
  } catch (error) {
    throw new TensornestError('bad-request', `The CloudEvent is not valid: ${reasonOf(error)}.`);
  }
  return {
    data: envelope === null ? body : dataOf(envelope),
    answer: (response, model, answer, datacontenttype = JSON_TYPE) => {
      const attributes = { type: RESPONSE_TYPE, source: `io.kserve.inference.${model}`, datacontenttype };
      if (structured) {
        const data = datacontenttype === JSON_TYPE ? jsonOr(answer) : new Uint8Array(answer);
        const message = HTTP.structured(new Event({ ...attributes, data }));
        response.set(message.headers as Record<string, string>).send(message.body);
      } else {
        const message = HTTP.binary(new Event(attributes));
        response.set({ ...(message.headers as Record<string, string>), 'content-type': datacontenttype }).send(answer);
      }
    },
  };
}

interface Envelope {
  readonly data?: unknown;
  readonly data_base64?: unknown;
}

function dataOf({ data, data_base64: base64 }: Envelope): Buffer {
  if (typeof base64 === 'string') return Buffer.from(base64, 'base64');
  return Buffer.from(typeof data === 'string' ? data : JSON.stringify(data ?? {}));
}

/** TensorFlow Serving writes numbers that JSON does not know; such an answer travels as bytes. */
function jsonOr(answer: Buffer): unknown {
  try {
    return JSON.parse(answer.toString('utf8'));
  } catch {
    return new Uint8Array(answer);
  }
}
