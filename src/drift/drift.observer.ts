import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { PredictionObserver } from '../core/ports/prediction-observer.js';
import type { Prediction, PredictionEvent } from '../core/prediction.js';
import type { RowBatch } from '../core/row-batch.js';
import { ModelRegistry } from '../model/model-registry.js';
import { TabularSlot } from '../model/tabular-slot.js';
import { type DriftReference, referenceOf } from './reference.js';
import { Tally } from './tally.js';

/** What one process has counted of a loaded version since it was loaded. */
export interface CountedVersion {
  /** Names whoever counted: a version that is loaded anew is counted anew, under another name. */
  readonly source: string;
  readonly model: string;
  readonly version: string;
  readonly digest: string;
  readonly counts: readonly number[];
  /** Left out where whoever asks knows it. */
  readonly reference?: DriftReference;
}

interface Entry {
  readonly slot: TabularSlot;
  readonly source: string;
  readonly reference: DriftReference;
  readonly tally: Tally;
}

/** Counts what comes to every loaded tabular classifier. */
@Injectable()
export class DriftObserver implements PredictionObserver {
  /** By digest of the package. */
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly registry: ModelRegistry) {}

  observeRows(digest: string, rows: RowBatch): void {
    (this.entries.get(digest) ?? this.begun(digest))?.tally.addRows(rows);
  }

  observe({ digest, prediction }: PredictionEvent): void {
    this.observeTrial(digest, prediction);
  }

  /** A version on trial counts as one that answers: before it does is when its drift is of most use. */
  observeTrial(digest: string, prediction: Prediction): void {
    (this.entries.get(digest) ?? this.begun(digest))?.tally.addPrediction(prediction);
  }

  /** Everything that was counted. @param known digests of the packages whose reference needs not be told. */
  read(known: readonly string[]): CountedVersion[] {
    const slots = this.registry.slots().filter((slot) => slot instanceof TabularSlot);
    const loaded = new Set(slots.map(({ digest }) => digest));
    for (const digest of this.entries.keys()) if (!loaded.has(digest)) this.entries.delete(digest);
    return slots.map((slot): CountedVersion => {
      const { digest, manifest } = slot;
      const { source, reference, tally } = this.entryOf(slot);
      const { name: model, version } = manifest;
      const counted = { source, model, version, digest, counts: tally.read() };
      return known.includes(digest) ? counted : { ...counted, reference };
    });
  }

  private begun(digest: string): Entry | undefined {
    const slot = this.registry.slots().find((one) => one.digest === digest);
    return slot instanceof TabularSlot ? this.entryOf(slot) : undefined;
  }

  private entryOf(slot: TabularSlot): Entry {
    const { digest, manifest, layout, inputs } = slot;
    let entry = this.entries.get(digest);
    if (entry?.slot !== slot) {
      const reference = referenceOf(manifest);
      const tally = new Tally(manifest.signature, reference, layout, inputs);
      entry = { slot, source: randomUUID(), reference, tally };
      this.entries.set(digest, entry);
    }
    return entry;
  }
}
