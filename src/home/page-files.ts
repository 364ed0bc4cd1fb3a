import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Where the build puts the page: beside the compiled service, and one place whether that or its source runs. */
const FOLDER = join(import.meta.dirname, '../../dist/playground');
export const PAGE_FILE = 'index.html';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface PageFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzipped: Buffer;
}

/** The files of the playground by name, the page with the server's name in it; empty where the page was not built. */
export function readPageFiles(serverName: string, folder = FOLDER): ReadonlyMap<string, PageFile> {
  return new Map(
    namesIn(folder).flatMap((name) => {
      const type = TYPES[extname(name)];
      if (type === undefined) return [];
      const bytes = readFileSync(join(folder, name));
      const plain = name === PAGE_FILE ? named(bytes, serverName) : bytes;
      return [[name, { type, plain, gzipped: gzipSync(plain) }] as const];
    }),
  );
}

function named(page: Buffer, serverName: string): Buffer {
  const title = serverName.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return Buffer.from(page.toString().replaceAll('%SERVER_NAME%', () => title));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
