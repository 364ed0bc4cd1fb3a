import type { PackageRef } from '../../src/core/ports/model-store.js';
import { readPackage, type TabularPackage } from '../../src/model/package/reader.js';
import type { Slot } from '../../src/model/slot.js';
import { TabularSlot } from '../../src/model/tabular-slot.js';

/** Reads the package of a tabular classifier; fails on any other. */
export async function readTabularPackage(folder: string, ref: PackageRef): Promise<TabularPackage> {
  const found = await readPackage(folder, ref);
  if (found.kind !== 'tabular') throw new Error(`${ref.name} is no tabular classifier`);
  return found;
}

export function tabular(slot: Slot): TabularSlot {
  if (!(slot instanceof TabularSlot)) throw new Error(`${slot.manifest.name} is no tabular classifier`);
  return slot;
}
