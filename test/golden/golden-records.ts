import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';
import type { BackendName, InferenceBackend } from '../../src/core/ports/inference-backend.js';
import { GOLDEN_TOLERANCE } from '../../src/model/golden-check.js';
import { openSlot } from '../../src/model/open-slot.js';
import { readPackage } from '../../src/model/package/reader.js';
import { LocalFolderStore } from '../../src/model/store/local-folder.store.js';
import type { StartBackend } from '../../src/runtime/backends/index.js';

const store = new LocalFolderStore(loadConfig({}, false));
const refs = await store.list();

/** Every shipped model on one backend. TensorFlow.js has one backend per realm, so each backend has its own file. */
export function describeGolden(name: BackendName, start: StartBackend): void {
  describe(`on the ${name} backend`, () => {
    let backend: InferenceBackend;
    beforeAll(async () => {
      backend = await start();
    });

    it('there are models to check', () => {
      expect(refs.length).toBeGreaterThan(0);
    });

    it.each(refs)('$name $version reproduces its golden records and leaves no tensor behind', async (ref) => {
      expect(tf.getBackend()).toBe(name);
      const before = backend.tensorCount();
      const slot = await openSlot(await readPackage(store.locate(ref), ref), backend);
      const golden = JSON.parse(readFileSync(join(store.locate(ref), 'golden.json'), 'utf8'));
      const batch = slot.encoder.encode(golden.records.map(({ input }: { input: unknown }) => input))!;
      const answers = await slot.run(batch);
      const expected: number[] = golden.records.flatMap((record: { probabilities: number[] }) => record.probabilities);
      expect(answers.length).toBe(expected.length);
      expected.forEach((value, index) => expect(Math.abs(value - answers[index]!)).toBeLessThan(GOLDEN_TOLERANCE));
      slot.retire();
      expect(backend.tensorCount()).toBe(before);
    });
  });
}
