import type { AppConfig } from '../../core/app-config.js';
import type { ModelSlot } from '../../model/model-slot.js';
import { openSlot } from '../../model/open-slot.js';
import type { ModelPackage } from '../../model/package/reader.js';
import { BACKENDS } from '../../runtime/backends/index.js';

/**
 * Opens the package as the service does, golden check and all, on the embedded backend, and closes it when `use` has
 * ended. Nothing else wants the processor, so it runs in the process itself.
 */
export async function withSlot<T>(
  found: ModelPackage,
  { limits }: AppConfig,
  use: (slot: ModelSlot) => Promise<T>,
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
