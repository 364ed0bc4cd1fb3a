import { describe, expect, it } from 'vitest';
import { CommandRelay } from './command-relay.js';
import type { Outcome } from './messages.js';

const WELL: Outcome = { ok: true, value: null };
const REFUSED: Outcome = { ok: false, code: 'digest-mismatch', message: 'weights.bin' };

function relayFor(places: readonly number[]) {
  const told: { place: number; ticket: number; name: string }[] = [];
  const relay = new CommandRelay(
    () => places,
    (place, ticket, { name }) => void told.push({ place, ticket, name }),
  );
  return { relay, told };
}

async function settle(): Promise<void> {
  await new Promise(setImmediate);
}

describe('a command for the group', () => {
  it('is done when the last process has done it, with everything that they answered', async () => {
    const { relay, told } = relayFor([0, 1]);
    const outcomes = relay.run({ name: 'swap', payload: null });
    await settle();
    expect(told.map(({ place }) => place)).toEqual([0, 1]);
    relay.done(1, told[1]!.ticket, REFUSED);
    relay.done(0, told[0]!.ticket, WELL);
    expect(await outcomes).toEqual([REFUSED, WELL]);
  });

  it('is begun nowhere before the one before it has ended everywhere', async () => {
    const { relay, told } = relayFor([0, 1]);
    const first = relay.run({ name: 'first', payload: null });
    const second = relay.run({ name: 'second', payload: null });
    await settle();
    relay.done(0, told[0]!.ticket, WELL);
    await settle();
    expect(told.map(({ name }) => name)).toEqual(['first', 'first']);
    relay.done(1, told[1]!.ticket, WELL);
    await first;
    await settle();
    expect(told.map(({ name }) => name).slice(2)).toEqual(['second', 'second']);
    for (const { place, ticket } of told.slice(2)) relay.done(place, ticket, WELL);
    expect(await second).toHaveLength(2);
  });

  it('does not wait for a process that died, nor count one twice, nor take an old answer for a new one', async () => {
    const { relay, told } = relayFor([0, 1, 2]);
    const outcomes = relay.run({ name: 'swap', payload: null });
    await settle();
    const { ticket } = told[0]!;
    relay.done(0, ticket - 1, REFUSED);
    relay.done(0, ticket, WELL);
    relay.done(0, ticket, WELL);
    relay.left(1);
    relay.done(2, ticket, WELL);
    expect(await outcomes).toEqual([WELL, WELL]);
  });

  it('is done at once when there is nobody to do it', async () => {
    expect(await relayFor([]).relay.run({ name: 'swap', payload: null })).toEqual([]);
  });
});
