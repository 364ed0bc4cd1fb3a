import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InferenceBackend, OpenModel } from '../../core/ports/inference-backend.js';
import { readPackage } from '../../model/package/reader.js';
import { BACKENDS } from '../backends/index.js';

const { artifacts } = await readPackage('models/car-evaluation/2.0.0', { name: 'car-evaluation', version: '2.0.0' });
const WIDTH = 21;

function batchOf(data: Float32Array) {
  return { data, rows: data.length / WIDTH, width: WIDTH };
}

/** A batch that takes long enough to look around meanwhile. */
function largeBatch() {
  return batchOf(new Float32Array(WIDTH * 100_000).fill(0.5));
}

describe.each(['cpu', 'wasm'] as const)('a model in workers, on the %s backend', (name) => {
  let backend: InferenceBackend;
  let inline: OpenModel;
  let worker: OpenModel;

  beforeAll(async () => {
    backend = await BACKENDS[name]({ workers: 2 });
    inline = await backend.open(artifacts, 'inline');
    worker = await backend.open(artifacts, 'worker');
  });
  afterAll(async () => {
    inline.close();
    worker.close();
    await backend.close();
    expect(backend.tensorCount()).toBe(0);
  });

  it('says where it runs, how many batches at once, and how wide its rows are', () => {
    expect(inline).toMatchObject({ placement: 'inline', parallelism: 1, inputWidth: WIDTH, outputWidth: 4 });
    expect(worker).toMatchObject({ placement: 'worker', parallelism: 2, inputWidth: WIDTH, outputWidth: 4 });
  });

  it('gives exactly the answers that it gives inline, each to its own caller, however many ask at once', async () => {
    const values = fc.float32Array({ min: -1, max: 1, noNaN: true, minLength: WIDTH, maxLength: WIDTH * 12 });
    const batches = fc.array(
      values.map((data) => data.slice(0, data.length - (data.length % WIDTH))),
      { minLength: 1, maxLength: 60 },
    );
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        const expected: Float32Array[] = [];
        for (const data of all) expected.push(await inline.run(batchOf(data.slice())));
        const answers = await Promise.all(all.map((data) => worker.run(batchOf(data.slice()))));
        expect(answers).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('takes the numbers of a batch away instead of copying them, unless they are a part of something larger', async () => {
    const whole = new Float32Array(WIDTH);
    const larger = new Float32Array(WIDTH * 3);
    await worker.run(batchOf(whole));
    await worker.run(batchOf(larger.subarray(WIDTH, WIDTH * 2)));
    expect(whole.buffer.detached).toBe(true);
    expect(larger.buffer.detached).toBe(false);
  });

  it('leaves the event loop free while it runs', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    await worker.run(largeBatch());
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });

  it('passes on what the kernels say of a batch that does not fit, and goes on', async () => {
    const tooNarrow = { data: new Float32Array(3), rows: 1, width: 3 };
    await expect(worker.run(tooNarrow)).rejects.toThrow(/.+/);
    await expect(worker.run(batchOf(new Float32Array(WIDTH)))).resolves.toHaveLength(4);
  });
});
