import type { AppConfig } from '../../core/app-config.js';
import { reasonOf } from '../../core/errors.js';
import type { InferenceBackend } from '../../core/ports/inference-backend.js';
import { openSlot } from '../../model/open-slot.js';
import { readPackage, type TabularPackage } from '../../model/package/reader.js';
import { LocalFolderStore } from '../../model/store/local-folder.store.js';
import { TabularSlot } from '../../model/tabular-slot.js';

/** More versions than this have hardly answered in one log; those beyond are treated as gone. */
const MOST_SLOTS = 8;

/** The versions that a log names, opened as the service does when they are first wanted. */
export class SlotShelf {
  private readonly slots = new Map<string, TabularSlot | string>();

  constructor(
    private readonly config: AppConfig,
    private readonly backend: InferenceBackend,
  ) {}

  async open(found: TabularPackage): Promise<TabularSlot> {
    const { batchRows } = this.config.limits;
    const slot = await openSlot(found, this.backend, { placement: 'inline', batchRows, tabulateInputs: 0 });
    if (!(slot instanceof TabularSlot)) throw new TypeError('A tabular package opened as another kind. This is a bug.');
    this.slots.set(found.digest, slot);
    return slot;
  }

  /** The version that has this digest, or why there is none in the models folder. */
  async find(name: string, version: string, digest: string): Promise<TabularSlot | string> {
    let slot = this.slots.get(digest);
    if (slot === undefined) {
      slot =
        this.slots.size < MOST_SLOTS
          ? await this.look(name, version, digest)
          : 'too many versions answered in this log';
      if (typeof slot === 'string' && this.slots.size < MOST_SLOTS) this.slots.set(digest, slot);
    }
    return slot;
  }

  async close(): Promise<void> {
    for (const slot of this.slots.values()) if (typeof slot !== 'string') await slot.retire();
    await this.backend.close();
  }

  private async look(name: string, version: string, digest: string): Promise<TabularSlot | string> {
    const store = new LocalFolderStore(this.config);
    const ref = (await store.list()).find((other) => other.name === name && other.version === version);
    if (ref === undefined) return 'not in the models folder';
    try {
      const { requireSignature } = this.config.models;
      const found = await readPackage(store.locate(ref), ref, { requireSignature });
      if (found.kind !== 'tabular' || found.digest !== digest) return 'another package in the models folder';
      return await this.open(found);
    } catch (error) {
      return reasonOf(error);
    }
  }
}
