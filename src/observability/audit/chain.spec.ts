import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chain, digestOf, type Link, NO_LINK } from './chain.js';
import { resume } from './tail.js';
import { verifyChain } from './verify.js';

const event = fc.record({ id: fc.string(), text: fc.string({ unit: 'grapheme', maxLength: 60 }) });
const events = fc.array(event, { minLength: 1, maxLength: 12 });

const toLines = (objects: readonly object[]) =>
  Buffer.from(objects.map((object) => `${JSON.stringify(object)}\n`).join(''));

/** The lines as they stand in a file, written in pieces. */
function written(objects: readonly object[], pieces = 1): string[] {
  let link: Link = NO_LINK;
  let text = '';
  const size = Math.ceil(objects.length / pieces);
  for (let from = 0; from < objects.length; from += size) {
    const chained = chain(toLines(objects.slice(from, from + size)), link, 0);
    text += chained.bytes.toString();
    ({ link } = chained);
  }
  return text.trimEnd().split('\n');
}

async function* feed(lines: readonly string[], complete = true) {
  for (const [index, line] of lines.entries()) {
    yield await Promise.resolve({ bytes: Buffer.from(line), complete: complete || index < lines.length - 1 });
  }
}

describe('a chain of lines', () => {
  it('is whole as written, in however many pieces, and keeps what the lines say', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.integer({ min: 1, max: 4 }), async (objects, pieces) => {
        const lines = written(objects, pieces);
        expect(await verifyChain(feed(lines))).toMatchObject({
          lines: objects.length,
          faults: [],
          seq: objects.length,
        });
        for (const [index, line] of lines.entries()) expect(JSON.parse(line)).toMatchObject(objects[index]!);
      }),
    );
  });

  const damage = {
    'a changed line': (lines: string[], at: number) => {
      lines[at] = lines[at]!.replace('{', '{ ');
    },
    'a line that was taken out': (lines: string[], at: number) => {
      lines.splice(at, 1);
    },
    'two lines that changed places': (lines: string[], at: number) => {
      [lines[at], lines[at + 1]] = [lines[at + 1]!, lines[at]!];
    },
    'a line that stands there twice': (lines: string[], at: number) => {
      lines.splice(at, 0, lines[at]!);
    },
  };

  it.each(Object.entries(damage))('tells of %s, and where it is', async (_, harm) => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 4, maxLength: 12 }), fc.nat(), async (objects, place) => {
        const lines = written(objects);
        // The first and the last have a neighbour less, which the heads of files are for.
        const at = 1 + (place % (lines.length - 3));
        harm(lines, at);
        const { faults } = await verifyChain(feed(lines));
        expect(faults.length).toBeGreaterThan(0);
        expect(Math.abs(faults[0]!.line - (at + 1))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('says how many lines were lost, and calls nobody a liar for it', async () => {
    const first = chain(toLines([{ a: 1 }]), NO_LINK, 0);
    const second = chain(toLines([{ b: 1 }]), first.link, 7);
    const lines = `${first.bytes.toString()}${second.bytes.toString()}`.trimEnd().split('\n');
    expect(await verifyChain(feed(lines))).toMatchObject({
      faults: [],
      notes: [{ line: 2, message: '7 lines before it could not be written' }],
    });
  });

  it('may have begun behind lines of an older version', async () => {
    const lines = ['{"audit":"prediction"}', '{"audit":"prediction"}', ...written([{ a: 1 }, { b: 2 }])];
    const { faults, notes } = await verifyChain(feed(lines));
    expect([faults, notes]).toEqual([[], [{ line: 3, message: 'begins the chain: the 2 lines before it have none' }]]);
  });

  it('is told of once for a line that has lost its link', async () => {
    const lines = written([{ a: 1 }, { b: 2 }, { c: 3 }]);
    lines[1] = '{"b":2}';
    const { faults } = await verifyChain(feed(lines));
    expect(faults).toEqual([{ line: 2, message: expect.stringMatching(/^has no link/) }]);
  });

  it('that was cut short in its last line is no fraud', async () => {
    const lines = written([{ a: 1 }, { b: 2 }]);
    lines[1] = lines[1]!.slice(0, 9);
    const { faults, notes } = await verifyChain(feed(lines, false));
    expect([faults, notes.map(({ line }) => line)]).toEqual([[], [2]]);
  });
});

describe('a file with a chain', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'tensornest-chain-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it('is gone on with behind its last whole line, wherever it was cut', async () => {
    const file = join(folder, 'audit.jsonl');
    await fc.assert(
      fc.asyncProperty(events, events, fc.nat(), async (before, after, cut) => {
        const whole = Buffer.from(`${written(before).join('\n')}\n`);
        await writeFile(file, whole.subarray(0, whole.length - (cut % whole.length)));
        const link = resume(file);
        const kept = await readFile(file);
        expect(kept.length === 0 || kept.at(-1) === 0x0a).toBe(true);
        const lines = `${kept.toString()}${chain(toLines(after), link, 0).bytes.toString()}`.trimEnd().split('\n');
        expect((await verifyChain(feed(lines))).faults).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on behind lines of the older form, whose numbers were no texts', async () => {
    const older = written([{ id: 'a' }, { id: 'b' }]).map((line) => line.replace(/"seq":"(\d+)"/, '"seq":$1'));
    // The second link is of the line as it was written then.
    older[1] = older[1]!.replace(/"prev":"[^"]*"/, `"prev":"${digestOf(Buffer.from(older[0]!))}"`);
    const path = join(folder, 'older.jsonl');
    await writeFile(path, `${older.join('\n')}\n`);
    const { bytes } = chain(toLines([{ id: 'c' }]), resume(path), 0);
    const lines = [...older, bytes.toString().trimEnd()];
    expect(await verifyChain(feed(lines))).toMatchObject({ lines: 3, faults: [], notes: [], seq: 3 });
  });

  it('begins where there is none: no file, an empty one, a device, lines without links', async () => {
    await writeFile(join(folder, 'empty'), '');
    await writeFile(join(folder, 'old'), '{"audit":"prediction"}\n');
    for (const path of [join(folder, 'none'), join(folder, 'empty'), '/dev/full', join(folder, 'old')]) {
      expect(resume(path)).toEqual(NO_LINK);
    }
  });

  it('has its last line found however long it is', async () => {
    const file = join(folder, 'long.jsonl');
    const lines = written([{ a: 1 }, { text: 'x'.repeat(300_000) }]);
    await writeFile(file, `${lines.join('\n')}\n`);
    expect(resume(file).seq).toBe(2);
  });
});
