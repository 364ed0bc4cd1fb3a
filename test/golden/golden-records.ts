import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';
import type { BackendName, InferenceBackend } from '../../src/core/ports/inference-backend.js';
import { GOLDEN_TOLERANCE } from '../../src/model/golden-check.js';
import type { OpenOptions } from '../../src/model/open-options.js';
import { openSlot } from '../../src/model/open-slot.js';
import { readPackage } from '../../src/model/package/reader.js';
import { LocalFolderStore } from '../../src/model/store/local-folder.store.js';
import type { StartBackend } from '../../src/runtime/backends/index.js';
import { tabular } from '../support/tabular.js';

const store = new LocalFolderStore(loadConfig({}, false));
const refs = await store.list();

const inline: OpenOptions = { placement: 'inline', batchRows: 4_096, tabulateInputs: 0 };

/** The ways in which a model can be served; each must answer alike. */
export const WAYS: Readonly<Record<'inline' | 'sliced' | 'tabulated' | 'worker', OpenOptions>> = {
  inline,
  sliced: { ...inline, batchRows: 3 },
  tabulated: { ...inline, tabulateInputs: 20_000 },
  worker: { ...inline, placement: 'worker' },
};

/** Every shipped model on one backend. TensorFlow.js has one backend per realm, so each backend has its own file. */
export function describeGolden(
  name: BackendName,
  start: StartBackend,
  ways = Object.keys(WAYS) as (keyof typeof WAYS)[],
): void {
  describe(`on the ${name} backend`, () => {
    let backend: InferenceBackend;
    beforeAll(async () => {
      backend = await start();
    });

    afterAll(() => backend.close());

    it('there are models to check', () => {
      expect(refs.length).toBeGreaterThan(0);
    });

    const cases = refs.flatMap((ref) => ways.map((way) => ({ ...ref, way })));
    it.each(cases)(
      '$name $version, $way, reproduces its golden records and leaves no tensor',
      async ({ way, ...ref }) => {
        expect(tf.getBackend()).toBe(name);
        const before = backend.tensorCount();
        const slot = tabular(await openSlot(await readPackage(store.locate(ref), ref), backend, WAYS[way]));
        const golden = JSON.parse(readFileSync(join(store.locate(ref), 'golden.json'), 'utf8'));
        const batch = slot.encoder.encode(golden.records.map(({ input }: { input: unknown }) => input))!;
        const { answers } = await slot.run(batch);
        const expected: number[] = golden.records.flatMap(
          (record: { probabilities: number[] }) => record.probabilities,
        );
        expect(answers.length).toBe(expected.length);
        expected.forEach((value, index) => expect(Math.abs(value - answers[index]!)).toBeLessThan(GOLDEN_TOLERANCE));
        await slot.retire();
        expect(backend.tensorCount()).toBe(before);
      },
    );
  });
}
