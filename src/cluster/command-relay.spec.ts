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

  it('waits for a process that joins meanwhile, which does it too', async () => {
    const { relay, told } = relayFor([0, 1]);
    const outcomes = relay.run({ name: 'swap', payload: null });
    await settle();
    const { ticket } = told[0]!;
    relay.left(1);
    relay.joined(1);
    relay.done(0, ticket, WELL);
    await settle();
    expect(told.map(({ place, name }) => [place, name])).toEqual([
      [0, 'swap'],
      [1, 'swap'],
      [1, 'swap'],
    ]);
    relay.done(1, ticket, REFUSED);
    expect(await outcomes).toEqual([WELL, REFUSED]);
    relay.joined(1);
    expect(told).toHaveLength(3);
  });
});

describe('a command with something to follow', () => {
  const change = {
    name: 'prepare',
    payload: null,
    then: { name: 'commit', payload: null },
    otherwise: { name: 'abandon', payload: null },
  };

  /** What was done in its order, and what came of the first command. */
  async function run(answers: readonly Outcome[]) {
    const { relay, told } = relayFor([0, 1]);
    const outcomes = relay.run(change);
    const others = relay.run({ name: 'other', payload: null });
    const names: string[] = [];
    await settle();
    for (let next = told.shift(); next !== undefined; next = told.shift()) {
      names.push(next.name);
      relay.done(next.place, next.ticket, next.name === 'prepare' ? answers[next.place]! : WELL);
      await settle();
    }
    await others;
    return { names, outcomes: await outcomes };
  }

  it('goes on to it when everybody has done it, before anything else', async () => {
    const { names, outcomes } = await run([WELL, WELL]);
    expect(outcomes).toEqual([WELL, WELL]);
    expect(names).toEqual(['prepare', 'prepare', 'commit', 'commit', 'other', 'other']);
  });

  it('is given up everywhere when one refuses it, and the refusal is the answer', async () => {
    const { names, outcomes } = await run([WELL, REFUSED]);
    expect(outcomes).toEqual([WELL, REFUSED]);
    expect(names).toEqual(['prepare', 'prepare', 'abandon', 'abandon', 'other', 'other']);
  });
});
