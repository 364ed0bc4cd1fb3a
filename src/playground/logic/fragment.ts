import type { Row } from '../types.js';

/** What a shared link says. */
export interface PageState {
  readonly model?: string;
  readonly version?: string;
  readonly view?: string;
  readonly row?: Row;
}

/** Writes a state as the fragment of an address, which browsers send to nobody. */
export function toFragment({ model, version, view, row }: PageState): string {
  const fields = new URLSearchParams();
  if (model !== undefined) fields.set('model', model);
  if (version !== undefined) fields.set('version', version);
  if (view !== undefined) fields.set('view', view);
  if (row !== undefined) fields.set('row', JSON.stringify(row));
  return `#${fields.toString()}`;
}

/** Reads a fragment. What makes no sense is left out: links get cut and mended on their way. */
export function fromFragment(fragment: string): PageState {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''));
  const row = readRow(fields.get('row'));
  const text = (name: string) => {
    const found = fields.get(name);
    return found === null || found === '' ? {} : { [name]: found };
  };
  return { ...text('model'), ...text('version'), ...text('view'), ...(row === undefined ? {} : { row }) };
}

function readRow(text: string | null): Row | undefined {
  if (text === null) return undefined;
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return undefined;
    const row: Row = {};
    for (const [name, value] of Object.entries(found)) {
      if (typeof value === 'string' || typeof value === 'number') row[name] = value;
    }
    return row;
  } catch {
    return undefined;
  }
}
