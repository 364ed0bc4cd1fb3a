import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTable } from './table-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tables-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(name: string, text: string | Uint8Array, exclude: readonly string[] = []) {
  await writeFile(join(folder, name), text);
  const { columns, cells, lines } = await readTable(join(folder, name), exclude);
  return { columns, lines, rows: lines.map((_, row) => columns.map((column) => cells.get(column)![row])) };
}

const TABLE = {
  columns: ['a', 'b', 'y'],
  lines: [2, 3],
  rows: [
    ['1', 'x, y', 'no'],
    ['', 'z', 'yes'],
  ],
};

describe('a table', () => {
  it.each([
    ['CSV', 'table.csv', 'a,b,y\n1,"x, y",no\n,z,yes\n'],
    ['CSV of Windows, with a mark of its encoding', 'windows.csv', '\uFEFFa,b,y\r\n1,"x, y",no\r\n,z,yes'],
    ['TSV', 'table.tsv', 'a\tb\ty\n1\tx, y\tno\n\tz\tyes\n'],
  ])('is read from %s', async (_, name, text) => {
    expect(await read(name, text)).toEqual(TABLE);
  });

  it('is read from JSON Lines, whose first object names the columns', async () => {
    const text = '{"a":1,"b":"x, y","y":"no"}\n{"y":"yes","b":"z"}\n';
    expect(await read('table.jsonl', text)).toEqual({ ...TABLE, lines: [1, 2] });
  });

  it('passes over the columns that are excluded', async () => {
    expect((await read('less.csv', 'a,b,y\n1,2,3\n', ['b'])).rows).toEqual([['1', '3']]);
    await expect(read('less.csv', 'a,b,y\n1,2,3\n', ['c'])).rejects.toThrow('--exclude: there is no column "c"');
  });

  it.each([
    ['huge.csv', 'a,b,y\n1,2,no\n', 3],
    ['huge.jsonl', '{"a":1}\n', 2],
  ])('is refused at its line, however large the file is: 2 GB that are no rows in %s', async (name, start, line) => {
    const path = join(folder, name);
    await writeFile(path, start);
    const file = await open(path, 'a');
    await file.truncate(2 * 2 ** 30);
    await file.close();
    await expect(readTable(path, [])).rejects.toThrow(`line ${line}: is longer than 1000000 characters`);
  });

  it.each([
    ['bad.jsonl', '{"a":1}\n{"a":', /^line 2: /],
    ['list.jsonl', '{"a":1}\n[1]\n', /^line 2: must be a JSON object/],
    ['extra.jsonl', '{"a":1}\n{"a":1,"b":2}\n', /^line 2: "b" is not in the first row/],
    ['short.tsv', 'a\tb\n1\n', /^line 2: has 1 cells, but the first line names 2 columns/],
    ['nameless.csv', 'a,\n1,2\n', /^line 1: column 2 has no name/],
    ['semicolons.csv', 'a;b\n1;2\n', /^line 1: names one column, "a;b": .*parted by commas, not by ";"/],
    ['tabs.csv', 'a\tb\n1\t2\n', /^line 1: .* not by "\\t"/],
    ['utf16.csv', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le').swap16(), /^line 1: is no text in UTF-8\. Save/],
    ['archive.csv', 'PK\u0003\u0004\u0000,b\n', /^line 1: is no text in UTF-8\. Save/],
    ['latin1.csv', Buffer.from('a,b\n1,Köln\n', 'latin1'), /^line 2: holds bytes that are not UTF-8/],
    ['latin1.jsonl', Buffer.from('{"a":"Köln"}\n', 'latin1'), /^line 1: holds bytes that are not UTF-8/],
    ['prototype.csv', 'a,__proto__\n1,2\n', /^line 1: the name of the column "__proto__" must not be .* --exclude it/],
    ['long.csv', `a,${'n'.repeat(300)}\n1,2\n`, /^line 1: the name of the column "n{40}\.\.\." must be 1 to 128/],
  ])('is refused with the line where it is malformed: %s', async (name, text, message) => {
    await expect(read(name, text)).rejects.toThrow(message);
  });
});
