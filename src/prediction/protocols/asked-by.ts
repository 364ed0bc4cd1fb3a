import type { AskedModel } from './protocol.js';

/** Reads paths of the form `pattern`, whose groups are the model and the version. */
export function askedBy(pattern: RegExp): (path: string) => AskedModel | undefined {
  return (path) => {
    const match = pattern.exec(path);
    return match === null ? undefined : { model: decoded(match[1]), version: decoded(match[2]) };
  };
}

function decoded(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    // No model has such a name either.
    return text;
  }
}
