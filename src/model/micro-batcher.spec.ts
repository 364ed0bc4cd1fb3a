import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RowBatch } from '../core/row-batch.js';
import { Cancellation } from '../core/cancellation.js';
import { TensornestError } from '../core/errors.js';
import { MicroBatcher, type RunBatch } from './micro-batcher.js';

/** Rows as a door writes them: into the batcher's memory while there is room, else into memory of their own. */
function written(batcher: MicroBatcher, values: readonly number[]): RowBatch {
  const { arena } = batcher;
  if (arena === undefined || arena.used + values.length > arena.data.length) return batchOf(...values);
  const from = arena.used;
  arena.data.set(values, from);
  arena.used += values.length;
  return { data: arena.data.subarray(from, arena.used), rows: values.length, width: 1 };
}

const POISON = 666;

function batchOf(...values: number[]): RowBatch {
  return { data: Float32Array.from(values), rows: values.length, width: 1 };
}

/** Answers each row x with [2x, 2x + 1]; fails when it is given poison. */
const double: RunBatch = async ({ data }) => {
  await nextTurn();
  if (data.includes(POISON)) throw new Error('poison');
  return Float32Array.from(data).reduce<Float32Array>(
    (answers, value, row) => {
      answers.set([2 * value, 2 * value + 1], 2 * row);
      return answers;
    },
    new Float32Array(2 * data.length),
  );
};

const answersTo = (values: readonly number[]) => values.flatMap((value) => [2 * value, 2 * value + 1]);

describe('every request', () => {
  const request = fc.record({
    rows: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 9 }),
    poisoned: fc.nat(9).map((dice) => dice === 0),
    aborted: fc.nat(5).map((dice) => dice === 0),
    /** Turns of the event loop before it arrives, and before its client goes away. */
    arrives: fc.nat(4),
    leaves: fc.nat(4),
  });
  const wait = async (turns: number) => {
    for (let turn = 0; turn < turns; turn += 1) await nextTurn();
  };

  it('gets exactly its own rows, in order, under random arrivals, failures and departures', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 3 }),
        fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
        async (requests, maxRows, parallelism, arenaSize) => {
          const sizes: number[] = [];
          let running = 0;
          let mostRunning = 0;
          const batcher = new MicroBatcher(
            async (batch) => {
              sizes.push(batch.rows);
              running += 1;
              mostRunning = Math.max(mostRunning, running);
              return double(batch).finally(() => (running -= 1));
            },
            { maxRows, parallelism, arenaSize },
          );
          await Promise.all(
            requests.map(async ({ rows, poisoned, aborted, arrives, leaves }) => {
              await wait(arrives);
              const middle = rows.length >> 1;
              const values = poisoned ? [...rows.slice(0, middle), POISON, ...rows.slice(middle)] : rows;
              const client = new Cancellation();
              const answer = batcher.submit(written(batcher, values), client);
              if (aborted) void wait(leaves).then(() => client.cancel(gone()));
              const outcome = await answer.then(
                ({ answers }) => [...answers],
                (error: unknown) => (error as Error).message,
              );
              if (poisoned) expect(['poison', ...(aborted ? ['gone'] : [])]).toContain(outcome);
              else if (outcome !== 'gone' || !aborted) expect(outcome).toEqual(answersTo(rows));
            }),
          );
          expect(Math.max(...sizes, 0)).toBeLessThanOrEqual(maxRows);
          expect(mostRunning).toBeLessThanOrEqual(parallelism);
          expect(batcher.load.waiting).toBe(0);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('requests', () => {
  it('of the same turn share one execution', async () => {
    const sizes: number[] = [];
    const batcher = new MicroBatcher(
      (batch) => {
        sizes.push(batch.rows);
        return double(batch);
      },
      { maxRows: 100, parallelism: 1 },
    );
    const executions = await Promise.all([1, 2, 3].map((value) => batcher.submit(batchOf(value, value))));
    expect(sizes).toEqual([6]);
    expect(executions.map(({ batchRows }) => batchRows)).toEqual([6, 6, 6]);
  });

  it('written side by side are executed where they lie, and their memory is used again', async () => {
    const memory = new Set<ArrayBufferLike>();
    const batcher = new MicroBatcher(
      (batch) => {
        memory.add(batch.data.buffer);
        return double(batch);
      },
      { maxRows: 100, parallelism: 1, arenaSize: 100 },
    );
    for (let round = 0; round < 4; round += 1) {
      const values = [round, round + 1, round + 2];
      const executions = await Promise.all(values.map((value) => batcher.submit(written(batcher, [value, value]))));
      expect(executions.map(({ answers }) => [...answers])).toEqual(values.map((value) => answersTo([value, value])));
      await nextTurn();
    }
    expect(memory.size).toBeLessThanOrEqual(2);
  });

  it('that come while an execution runs wait for the next, together', async () => {
    const sizes: number[] = [];
    let finishFirst: () => void;
    const batcher = new MicroBatcher(
      async (batch) => {
        sizes.push(batch.rows);
        if (sizes.length === 1) await new Promise<void>((resolve) => (finishFirst = resolve));
        return double(batch);
      },
      { maxRows: 100, parallelism: 1 },
    );
    const first = batcher.submit(batchOf(1));
    await nextTurn();
    await nextTurn();
    const others = [2, 3, 4].map((value) => batcher.submit(batchOf(value)));
    await nextTurn();
    expect([sizes, batcher.load.waiting]).toEqual([[1], 3]);
    finishFirst!();
    await Promise.all([first, ...others]);
    expect(sizes).toEqual([1, 3]);
  });

  it('larger than an execution are split and joined', async () => {
    const sizes: number[] = [];
    const batcher = new MicroBatcher(
      (batch) => {
        sizes.push(batch.rows);
        return double(batch);
      },
      { maxRows: 4, parallelism: 1 },
    );
    const values = Array.from({ length: 11 }, (_, index) => index);
    const { answers, batchRows } = await batcher.submit(batchOf(...values));
    expect([...answers]).toEqual(answersTo(values));
    expect([sizes, batchRows]).toEqual([[4, 4, 3], 4]);
  });

  it('whose client has gone are never executed', async () => {
    const executed: number[] = [];
    const batcher = new MicroBatcher(
      (batch) => {
        executed.push(...batch.data);
        return double(batch);
      },
      { maxRows: 100, parallelism: 1 },
    );
    const client = new Cancellation();
    const left = batcher.submit(batchOf(1), client);
    const stays = batcher.submit(batchOf(2));
    client.cancel(gone());
    await expect(left).rejects.toThrow('gone');
    await stays;
    expect(executed).toEqual([2]);
  });

  it('of a client that had gone before are not even queued', async () => {
    const batcher = new MicroBatcher(double, { maxRows: 100, parallelism: 1 });
    const client = new Cancellation();
    client.cancel(gone());
    await expect(batcher.submit(batchOf(1), client)).rejects.toThrow('gone');
    expect(batcher.load.waiting).toBe(0);
  });

  it('do not suffer from a neighbour that makes the execution fail', async () => {
    const batcher = new MicroBatcher(double, { maxRows: 100, parallelism: 1 });
    const good = batcher.submit(batchOf(1, 2));
    const bad = batcher.submit(batchOf(POISON));
    const fine = batcher.submit(batchOf(3));
    await expect(bad).rejects.toThrow('poison');
    expect([...(await good).answers, ...(await fine).answers]).toEqual(answersTo([1, 2, 3]));
  });

  it('whose deadline has passed when it would be their turn are never executed', async () => {
    const executed: number[] = [];
    const batcher = new MicroBatcher(
      (batch) => {
        executed.push(...batch.data);
        return double(batch);
      },
      { maxRows: 100, parallelism: 1 },
    );
    // Nobody watches the clock here: the batcher itself looks before it begins.
    const late = batcher.submit(batchOf(1), new Cancellation().within(5));
    const busyUntil = performance.now() + 10;
    while (performance.now() < busyUntil);
    await expect(late).rejects.toMatchObject({ code: 'deadline-exceeded' });
    expect(executed).toEqual([]);
  });

  it.each([
    { maxRows: 1, parallelism: 1, queueRows: 8, at: 'at once', admitted: 9 },
    { maxRows: 4, parallelism: 1, queueRows: 8, at: 'at once', admitted: 12 },
    { maxRows: 1, parallelism: 3, queueRows: 8, at: 'at once', admitted: 11 },
    { maxRows: 1, parallelism: 1, queueRows: 8, at: 'one turn after the other', admitted: 9 },
    { maxRows: 4, parallelism: 1, queueRows: 8, at: 'one turn after the other', admitted: 9 },
  ])(
    'that come $at are let in while executions of $maxRows x $parallelism and a queue of $queueRows have room: $admitted',
    async ({ admitted, at, ...options }) => {
      const finish: (() => void)[] = [];
      const batcher = new MicroBatcher(async (batch) => {
        await new Promise<void>((resolve) => finish.push(resolve));
        return double(batch);
      }, options);
      const settled: Promise<PromiseSettledResult<unknown>[]>[] = [];
      for (let request = 0; request < 20; request += 1) {
        settled.push(Promise.allSettled([batcher.submit(batchOf(request))]));
        if (at !== 'at once') await nextTurn();
      }
      const timer = setInterval(() => finish.shift()?.(), 0);
      const outcomes = (await Promise.all(settled)).flat();
      clearInterval(timer);
      const refused = outcomes.filter(({ status }) => status === 'rejected');
      expect([outcomes.length - refused.length, refused.length]).toEqual([admitted, 20 - admitted]);
      for (const outcome of refused) {
        expect(outcome).toMatchObject({ reason: { code: 'overloaded', retryAfterSeconds: 1 } });
      }
      expect(batcher.load).toMatchObject({ waiting: 0, running: 0 });
    },
  );

  it('larger than the queue are let in by a model that is idle, and by no other', async () => {
    const batcher = new MicroBatcher(double, { maxRows: 2, parallelism: 1, queueRows: 4 });
    const large = batcher.submit(batchOf(...Array<number>(50).fill(1)));
    await expect(batcher.submit(batchOf(...Array<number>(50).fill(1)))).rejects.toMatchObject({ code: 'overloaded' });
    expect((await large).answers).toHaveLength(100);
  });
});

function gone(): TensornestError {
  return new TensornestError('client-gone', 'gone');
}
