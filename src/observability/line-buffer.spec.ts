import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { LineSink } from '../core/ports/line-sink.js';
import { LineBuffer } from './line-buffer.js';

function collecting(): LineSink & { readonly taken: Uint8Array[] } {
  const taken: Uint8Array[] = [];
  return { taken, write: (lines) => void taken.push(lines), flush: () => Promise.resolve() };
}

const part = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.string({ maxLength: 50 }).map((text) => Buffer.from(text)),
  fc.integer({ min: 0, max: 80_000 }).map((size) => 'x'.repeat(size)),
);

describe('a line buffer', () => {
  it('hands on every byte once, in order and in whole lines, whatever the lines are made of', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(part, { maxLength: 4 })), async (lines) => {
        const sink = collecting();
        const buffer = new LineBuffer(sink);
        for (const parts of lines) buffer.write(...parts, '\n');
        await buffer.flush();
        const expected = lines.flatMap((parts) => [...parts, '\n'].map((piece) => Buffer.from(piece)));
        expect(Buffer.concat(sink.taken).equals(Buffer.concat(expected))).toBe(true);
        for (const bytes of sink.taken) expect(bytes.at(-1)).toBe(0x0a);
      }),
    );
  });

  it('does not write again into what it has handed on', async () => {
    const sink = collecting();
    const buffer = new LineBuffer(sink);
    for (const size of [10, 60_000]) {
      buffer.write('a'.repeat(size), '\n');
      await buffer.flush();
      const [handedOn] = sink.taken.splice(0);
      const before = Buffer.from(handedOn!);
      buffer.write('b'.repeat(size), '\n');
      await buffer.flush();
      sink.taken.length = 0;
      expect(Buffer.from(handedOn!).equals(before)).toBe(true);
    }
  });

  it('lets a line wait for company, but not for long', async () => {
    const sink = collecting();
    const buffer = new LineBuffer(sink);
    buffer.write('one\n');
    buffer.write('two\n');
    expect(sink.taken).toHaveLength(0);
    await vi.waitFor(() => {
      expect(sink.taken.map((bytes) => Buffer.from(bytes).toString())).toEqual(['one\ntwo\n']);
    });
  });
});
