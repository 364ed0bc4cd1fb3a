import { expect, it } from 'vitest';
import { post } from './post-events.js';

it.each([
  // The port of the discard protocol, which fetch refuses.
  ['http://127.0.0.1:9', 'bad port'],
  ['http://127.0.0.1:2', 'ECONNREFUSED'],
])('a receiver that cannot be reached at %s is told with why, and without what is secret: %s', async (origin, why) => {
  const receiver = { url: `${origin}/path?key=secret`, authorization: 'Basic secret' };
  const failed = { kind: 'failed', reason: `${origin} cannot be reached: ${why}` };
  expect(await post(Buffer.from('[]'), receiver)).toEqual(failed);
});
