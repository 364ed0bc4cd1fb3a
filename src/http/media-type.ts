const JSON_TYPE = 'application/json';

/** Names of the one encoding that JSON may have (RFC 8259, section 8.1). */
const UTF8 = new Set(['utf-8', 'utf8']);

/** Whether a Content-Type says JSON, whatever its parameters are. */
export function isJsonType(contentType = ''): boolean {
  return contentType === JSON_TYPE || contentType.split(';', 1)[0]!.trim().toLowerCase() === JSON_TYPE;
}

/** Whether a Content-Type leaves text in UTF-8: it names no other charset. */
export function isUtf8Type(contentType = ''): boolean {
  if (!contentType.includes(';')) return true;
  return contentType
    .split(';')
    .slice(1)
    .every((parameter) => {
      const [name, value = ''] = parameter.split('=', 2);
      return name!.trim().toLowerCase() !== 'charset' || UTF8.has(value.trim().replaceAll('"', '').toLowerCase());
    });
}
