import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CARS, ModelsFolder } from '../support/models-folder.js';
import { ARTICLE_ROW, startTestApp, type TestApp } from '../support/test-app.js';

const OLD = `${CARS}/1.0.0`;
const NEW = `${CARS}/2.0.0`;

let folder: ModelsFolder;
let service: TestApp;
beforeEach(async () => {
  folder = await ModelsFolder.with(OLD);
  service = await startTestApp(folder.env);
});
afterEach(async () => {
  await service.close();
  await folder.remove();
});

async function versionOf(version: string): Promise<Record<string, any> | undefined> {
  const { body } = await service.get(`/api/v1/models/${CARS}`);
  return body.versions.find((one: { version: string }) => one.version === version);
}

const answering = async () => (await service.predict([ARTICLE_ROW])).body.version;

/** Something that takes its time, and whether it still does. */
function whileIt(work: Promise<void>): { done: Promise<void>; goesOn: () => boolean } {
  let goesOn = true;
  const done = work.finally(() => (goesOn = false));
  return { done, goesOn: () => goesOn };
}

const until = (check: () => Promise<void>, timeout: number) => vi.waitFor(check, { timeout, interval: 50 });

describe('the watched models folder', () => {
  it('gives a package that appears by a rename into service within a second or so', async () => {
    const appeared = performance.now();
    await folder.add(NEW, { from: NEW });
    await until(async () => expect(await answering()).toBe('2.0.0'), 10_000);
    // Generous, for a machine that has other things to do.
    expect(performance.now() - appeared).toBeLessThan(4_000);
  });

  it('never shows a package that is copied file by file as failed, and serves it when it is whole', async () => {
    const copy = whileIt(folder.copySlowly(NEW, { from: NEW }, 2_000));
    const seen = new Set<string | undefined>();
    while (copy.goesOn()) {
      const [known, current, ready] = await Promise.all([
        versionOf('2.0.0'),
        answering(),
        service.get('/health/ready'),
      ]);
      // What was read while the last bytes were written may be either.
      if (!copy.goesOn()) break;
      seen.add(known?.state);
      expect([current, ready.status]).toEqual(['1.0.0', 200]);
      await setTimeout(20);
    }
    await copy.done;
    expect([...seen].filter((state) => state !== undefined && state !== 'loading' && state !== 'available')).toEqual(
      [],
    );
    expect(seen).toContain('loading');
    await until(async () => expect(await answering()).toBe('2.0.0'), 10_000);
    expect(await versionOf('2.0.0')).not.toHaveProperty('fault');
  });

  it('does not give up a version whose files are copied over, one after the other', async () => {
    await folder.add(NEW, { from: NEW });
    await until(async () => expect(await answering()).toBe('2.0.0'), 10_000);
    const edit = (manifest: Record<string, any>) => (manifest.title = 'Once more');
    const copy = whileIt(folder.copySlowly(NEW, { from: NEW, edit }, 1_000));
    while (copy.goesOn()) {
      expect(await answering()).toBe('2.0.0');
      expect(await versionOf('2.0.0')).not.toHaveProperty('fault');
    }
    await copy.done;
    await until(async () => {
      const { body } = await service.get(`/api/v1/models/${CARS}`);
      expect(body.current.manifest.title).toBe('Once more');
    }, 10_000);
  });

  it('calls a package damaged when it stays so, and takes it when it is mended', async () => {
    await folder.add(NEW, { from: NEW, edit: (manifest) => (manifest.files[0].sha256 = '0'.repeat(64)) });
    await until(async () => expect((await versionOf('2.0.0'))?.state).toBe('loading'), 5_000);
    await until(async () => expect(await versionOf('2.0.0')).toMatchObject({ fault: 'digest-mismatch' }), 10_000);
    expect(await versionOf('2.0.0')).toMatchObject({ state: 'failed', reason: expect.stringMatching(/SHA-256/) });
    expect(await answering()).toBe('1.0.0');
    const { status, body } = await service.get('/health/ready');
    expect([status, Object.keys(body.details[CARS].refused)]).toEqual([200, ['2.0.0']]);

    await folder.add(NEW, { from: NEW });
    await until(async () => expect(await answering()).toBe('2.0.0'), 10_000);
  });

  it('lets a version go when its folder is removed', async () => {
    await folder.add(NEW, { from: NEW });
    await until(async () => expect(await answering()).toBe('2.0.0'), 10_000);
    await folder.remove(NEW);
    await until(async () => expect(await versionOf('2.0.0')).toBeUndefined(), 10_000);
    expect(await answering()).toBe('1.0.0');
  });

  it('is looked at for a model of another name too', async () => {
    await folder.add('penguins/1.0.0', { from: 'penguins/1.0.0' });
    await until(async () => {
      expect((await service.get('/api/v1/models/penguins')).body).toMatchObject({ current: { state: 'ready' } });
    }, 10_000);
  });
});
