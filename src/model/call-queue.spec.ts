import { expect, it } from 'vitest';
import { Cancellation, clientGone } from '../core/cancellation.js';
import { CallQueue } from './call-queue.js';

const OVERLOADED = { code: 'overloaded' };

/** Work that ends when it is told to. */
function work() {
  const { promise, resolve } = Promise.withResolvers<string>();
  let begun = 0;
  return {
    run: () => {
      begun += 1;
      return promise;
    },
    end: () => {
      resolve('done');
    },
    get begun() {
      return begun;
    },
  };
}

it('lets as many calls run as there are executions, has the queue wait, and refuses the rest at once', async () => {
  const queue = new CallQueue({ parallelism: 2, queueRows: 3 });
  const { run, end } = work();
  const calls = Array.from({ length: 8 }, () => queue.run(1, run));
  const outcomes = Promise.allSettled(calls);
  expect(queue.load).toMatchObject({ running: 2, waiting: 3 });
  expect(() => {
    queue.assertRoom();
  }).toThrow(/3 of 3 rows wait/);
  end();
  const states = (await outcomes).map(({ status }) => status);
  expect(states).toEqual([...Array<string>(5).fill('fulfilled'), ...Array<string>(3).fill('rejected')]);
  await expect(calls[7]).rejects.toMatchObject(OVERLOADED);
  expect(queue.load).toMatchObject({ running: 0, waiting: 0 });
});

it('never begins a call whose client has gone or whose deadline has passed', async () => {
  const queue = new CallQueue({ parallelism: 1 });
  const first = work();
  const second = work();
  const running = queue.run(1, first.run);
  const client = new Cancellation();
  const lost = queue.run(1, second.run, client);
  const late = queue.run(1, second.run, new Cancellation().within(0.001));
  client.cancel(clientGone());
  await expect(lost).rejects.toMatchObject({ code: 'client-gone' });
  first.end();
  await running;
  await expect(late).rejects.toMatchObject({ code: 'deadline-exceeded' });
  expect([second.begun, queue.load.waiting]).toEqual([0, 0]);
});

it('answers a caller that goes away while its call runs, and keeps the execution taken until it has ended', async () => {
  const queue = new CallQueue({ parallelism: 1 });
  const { run, end } = work();
  const client = new Cancellation();
  const lost = queue.run(1, run, client);
  client.cancel(clientGone());
  await expect(lost).rejects.toMatchObject({ code: 'client-gone' });
  expect(queue.load.running).toBe(1);
  end();
  await expect(queue.run(1, () => Promise.resolve(7))).resolves.toMatchObject({ result: 7 });
  expect(queue.load.running).toBe(0);
});

it('goes on after a call that failed', async () => {
  const queue = new CallQueue({ parallelism: 1 });
  const failed = queue.run(1, () => Promise.reject(new Error('poison')));
  const next = queue.run(1, () => Promise.resolve(7));
  await expect(failed).rejects.toThrow('poison');
  await expect(next).resolves.toMatchObject({ result: 7 });
});
