const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1a of the text's bytes, 32 bits wide: http://www.isthe.com/chongo/tech/comp/fnv/. The text is Latin-1. */
export function fnv1a(text: string): number {
  let hash = OFFSET_BASIS;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ (text.charCodeAt(at) & 0xff), PRIME);
  return hash >>> 0;
}

/**
 * A number from 0 to below 1 for `text`, always the same for the same text and spread evenly over texts. FNV-1a alone
 * leaves texts that differ at their end close together; the steps after it are the end of MurmurHash3, which part them.
 */
export function placeOf(text: string): number {
  let hash = fnv1a(text);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
