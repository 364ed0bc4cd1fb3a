import type { Bodies } from './bodies.ts';
import type { Running } from './process.ts';
import type { ServerSpec } from './servers.ts';

interface Reply {
  readonly bytes: number;
  readonly predictions: readonly number[];
}

async function ask(url: string, body: string): Promise<Reply> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 500)}`);
  const { predictions } = JSON.parse(text) as { predictions: number[] };
  return { bytes: Buffer.byteLength(text), predictions };
}

/** What the service answers to every body: how large on average, and which classes. */
export async function referenceReplies(url: string, bodies: ReadonlyMap<number, Bodies>) {
  const bytes: Record<number, number> = {};
  const predictions = new Map<number, readonly number[]>();
  for (const [rows, { texts }] of bodies) {
    const replies: Reply[] = [];
    for (const text of texts) replies.push(await ask(url, text));
    bytes[rows] = Math.round(replies.reduce((sum, reply) => sum + reply.bytes, 0) / replies.length);
    predictions.set(rows, replies[0]?.predictions ?? []);
  }
  return { bytes, predictions };
}

export type Reference = Awaited<ReturnType<typeof referenceReplies>>;

/** A peer that answers something else does other work, and a ratio to it would mean nothing. */
export async function assertAgrees(
  spec: ServerSpec,
  { origin }: Running,
  bodies: ReadonlyMap<number, Bodies>,
  reference: Reference,
): Promise<void> {
  if (spec.name.startsWith('floor')) return;
  for (const [rows, { texts }] of bodies) {
    const { predictions } = await ask(origin + spec.predict, texts[0] ?? '');
    // FastAPI serves a model of its own.
    const same = spec.name === 'fastapi' || String(predictions) === String(reference.predictions.get(rows));
    if (predictions.length !== rows || !same) throw new Error(`${spec.name} does not answer as the service does.`);
  }
}
