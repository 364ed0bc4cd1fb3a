import type { AppConfig } from '../../core/app-config.js';
import { openSlot } from '../../model/open-slot.js';
import type { ModelPackage, TabularPackage } from '../../model/package/reader.js';
import type { Slot } from '../../model/slot.js';
import { TabularSlot } from '../../model/tabular-slot.js';
import { BACKENDS } from '../../runtime/backends/index.js';

/**
 * Opens the package as the service does, golden check and all, on the embedded backend, and closes it when `use` has
 * ended. Nothing else wants the processor, so it runs in the process itself.
 */
export async function withSlot<T>(
  found: ModelPackage,
  { limits }: AppConfig,
  use: (slot: Slot) => Promise<T>,
): Promise<T> {
  const backend = await BACKENDS.wasm();
  const slot = await openSlot(found, backend, { placement: 'inline', batchRows: limits.batchRows, tabulateInputs: 0 });
  try {
    return await use(slot);
  } finally {
    await slot.retire();
    await backend.close();
  }
}

/** The same for a package that takes rows. */
export function withTabularSlot<T>(
  found: TabularPackage,
  config: AppConfig,
  use: (slot: TabularSlot) => Promise<T>,
): Promise<T> {
  return withSlot(found, config, (slot) => {
    if (!(slot instanceof TabularSlot)) throw new TypeError('A tabular package opened as another kind. This is a bug.');
    return use(slot);
  });
}
