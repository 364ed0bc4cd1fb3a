import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AuditFile } from './audit-file.js';

const LINE = Buffer.from(`{"text":"${'x'.repeat(80)}"}\n`);
const gapLine = () => '{}\n';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'tensornest-audit-file-'))));
afterAll(() => rm(folder, { recursive: true }));

describe('lines that come faster than they can be written', () => {
  it('are dropped and counted, and all others stand in the file', async () => {
    const path = join(folder, 'drop.jsonl');
    const file = new AuditFile(path, { onError: 'drop', bufferBytes: 5 * LINE.length, gapLine });
    for (let line = 0; line < 50; line += 1) file.write(LINE);
    const { 'buffer-full': lost = 0 } = file.lost;
    expect(lost).toBeGreaterThan(0);
    await file.flush();
    expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(50 - lost);
    expect(file.fault).toBeUndefined();
  });

  it('are kept where nothing may be lost, and no more are wanted until there is room', async () => {
    const path = join(folder, 'block.jsonl');
    const file = new AuditFile(path, { onError: 'block', bufferBytes: 5 * LINE.length, gapLine });
    for (let line = 0; line < 50; line += 1) file.write(LINE);
    expect(file.fault).toMatch(/faster than they can be written/);
    await vi.waitFor(() => {
      expect(file.fault).toBeUndefined();
    });
    expect(file.lost).toEqual({ 'write-failed': 0, 'buffer-full': 0 });
    await file.flush();
    expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(50);
  });
});
