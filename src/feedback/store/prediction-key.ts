/** Bytes of a prediction's id, by which it is kept: they sort by time. */
export const KEY_BYTES = 16;
/** Characters of an id as it is written. */
const ID_LENGTH = 36;
/** Bytes of a key that are its time, in milliseconds since 1970. */
const TIME_BYTES = 6;
const DASH = 0x2d;

/** Predictions of one slot may stand in one record, in milliseconds. Part of the file's format. */
const SLOT_MS = 100;

/** The keys of ids, one behind the other as the ids are. */
export function keysOf(ids: string): Buffer<ArrayBuffer> {
  const keys = Buffer.from(new ArrayBuffer((ids.length / ID_LENGTH) * KEY_BYTES));
  let to = 0;
  for (let at = 0; at < ids.length; at += 1) {
    const code = ids.charCodeAt(at);
    if (code === DASH) continue;
    at += 1;
    keys[to] = (digitOf(code) << 4) | digitOf(ids.charCodeAt(at));
    to += 1;
  }
  return keys;
}

/** Below 0 where the key that begins there comes before the other one. */
export function compareKeys(keys: Buffer, at: number, others: Buffer, from = 0): number {
  let difference = 0;
  for (let byte = 0; byte < KEY_BYTES && difference === 0; byte += 4) {
    difference = keys.readUInt32BE(at + byte) - others.readUInt32BE(from + byte);
  }
  return difference;
}

/** Of the key that begins there. */
export function slotOf(keys: Buffer, at = 0): number {
  return Math.floor(keys.readUIntBE(at, TIME_BYTES) / SLOT_MS);
}

/** The key that comes before all others of a slot. */
export function firstKeyOf(slot: number): Buffer {
  return firstKeyAt(slot * SLOT_MS);
}

/** The slot of a time, in milliseconds since 1970. */
export function slotAt(milliseconds: number): number {
  return Math.floor(Math.max(0, milliseconds) / SLOT_MS);
}

/** The key that comes before all others of a time, in milliseconds since 1970. */
export function firstKeyAt(milliseconds: number): Buffer {
  const key = Buffer.alloc(KEY_BYTES);
  key.writeUIntBE(Math.max(0, milliseconds), 0, TIME_BYTES);
  return key;
}

/** The value of a lower-case hexadecimal digit. */
function digitOf(code: number): number {
  return (code & 0xf) + 9 * (code >> 6);
}
