import { describe, expect, it, vi } from 'vitest';
import { ComparisonQueue, type Waiting } from './comparison-queue.js';

interface Item extends Waiting {
  readonly name: string;
}

const item = (name: string, rows = 1, companyRows = rows): Item => ({ name, rows, companyRows });

/** A queue that remembers what was compared together; each company waits for its turn to be let through. */
function heldQueue(limits = { rows: 100, requests: 100 }) {
  const companies: string[][] = [];
  let turn = Promise.withResolvers<undefined>();
  let open: string[] | undefined;
  const queue = new ComparisonQueue<Item>(limits, async ({ name }) => {
    if (open === undefined) companies.push((open = []));
    open.push(name);
    await turn.promise;
    open = undefined;
  });
  const next = async () => {
    const seen = companies.length;
    turn.resolve(undefined);
    turn = Promise.withResolvers<undefined>();
    await vi.waitFor(() => expect(companies.length).toBeGreaterThan(seen));
  };
  return { queue, companies, next };
}

describe('a comparison queue', () => {
  it('compares nothing in the turn in which something was answered', async () => {
    const compare = vi.fn(() => Promise.resolve());
    const queue = new ComparisonQueue<Item>({ rows: 10, requests: 10 }, compare);
    queue.add(item('a'));
    await Promise.resolve();
    expect(compare).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(compare).toHaveBeenCalledOnce());
  });

  it('compares together what was executed together, one company after the other, in order', async () => {
    const { queue, companies, next } = heldQueue();
    for (const one of [item('a', 1, 3), item('b', 2, 3), item('c', 5), item('d', 1, 8), item('e', 9)]) queue.add(one);
    await vi.waitFor(() => expect(companies).toEqual([['a', 'b']]));
    await next();
    expect(companies).toEqual([['a', 'b'], ['c']]);
    await next();
    await next();
    expect(companies).toEqual([['a', 'b'], ['c'], ['d'], ['e']]);
  });

  it('has room again when a company has left it', async () => {
    const { queue, companies } = heldQueue({ rows: 10, requests: 3 });
    expect([queue.add(item('a', 9)), queue.add(item('b', 2)), queue.add(item('c', 1))]).toEqual([true, false, true]);
    await vi.waitFor(() => expect(companies).toEqual([['a']]));
    expect([queue.add(item('d')), queue.add(item('e')), queue.add(item('f'))]).toEqual([true, true, false]);
  });

  it('forgets what waits when it is told so, and goes on', async () => {
    const { queue, companies, next } = heldQueue();
    queue.add(item('a'));
    await vi.waitFor(() => expect(companies).toEqual([['a']]));
    queue.add(item('b'));
    queue.clear();
    queue.add(item('c'));
    await next();
    expect(companies).toEqual([['a'], ['c']]);
  });
});
