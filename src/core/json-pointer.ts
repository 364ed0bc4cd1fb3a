/** One step of an RFC 6901 JSON pointer: `a/b` becomes `/a~1b`. */
export function pointerStep(key: string | number): string {
  return '/' + String(key).replaceAll('~', '~0').replaceAll('/', '~1');
}
