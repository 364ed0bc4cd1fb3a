import { beforeEach, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../config/load-config.js';
import { TensornestError } from '../core/errors.js';
import { ModelRegistry } from './model-registry.js';
import { TabularSlot } from './tabular-slot.js';

const SIGNATURE = {
  features: [
    {
      kind: 'categorical',
      name: 'size',
      description: 'Size.',
      sensitive: false,
      values: ['small', 'big'],
      encoding: 'one-hot',
      example: 'big',
      missing: { policy: 'refuse' },
    },
  ],
  classes: [
    { label: 'a', title: 'A' },
    { label: 'b', title: 'B' },
  ],
};

/** A slot whose model tells when it was closed. */
function slotOf(version: string) {
  const close = vi.fn<() => void>();
  const model = {
    inputWidth: 2,
    outputWidth: 2,
    parallelism: 1,
    placement: 'inline' as const,
    run: () => Promise.resolve(Float32Array.of(0.5, 0.5)),
    close,
  };
  const manifest = { name: 'cars', version, signature: SIGNATURE } as never;
  const rest = { digest: '', backend: 'wasm', layout: 'columns', maxRows: 10 } as const;
  return { slot: new TabularSlot({ manifest, model, golden: { records: [] }, ...rest }), close };
}

let registry: ModelRegistry;
beforeEach(() => {
  registry = new ModelRegistry(loadConfig({}, false));
});

const ref = (version: string) => ({ name: 'cars', version });
const settled = () => new Promise(setImmediate);

function ready(version: string) {
  const made = slotOf(version);
  registry.set(ref(version), { state: 'ready', slot: made.slot });
  return made;
}

const codeOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as TensornestError).code;
  }
};

describe('the version that answers', () => {
  it('is the first ready one in the order that was given', () => {
    ready('1.0.0');
    ready('2.0.0');
    registry.direct('cars', ['3.0.0', '1.0.0', '2.0.0'], {});
    expect(registry.defaultVersion('cars')).toBe('1.0.0');
    expect(registry.slot('cars').manifest.version).toBe('1.0.0');
    ready('3.0.0');
    expect(registry.defaultVersion('cars')).toBe('3.0.0');
  });

  it('is the newest ready one when none of those is ready', () => {
    registry.direct('cars', ['3.0.0'], {});
    ready('1.9.0');
    ready('1.10.0');
    registry.set(ref('3.0.0'), { state: 'loading' });
    expect(registry.defaultVersion('cars')).toBe('1.10.0');
  });

  it('is none when nothing is ready, and a request is told so', () => {
    registry.set(ref('1.0.0'), { state: 'failed', error: new TensornestError('digest-mismatch', '') });
    expect(registry.defaultVersion('cars')).toBeUndefined();
    expect(codeOf(() => registry.lease('cars'))).toBe('model-not-ready');
    expect(codeOf(() => registry.lease('cars', '1.0.0'))).toBe('model-not-ready');
    expect(codeOf(() => registry.lease('cars', '2.0.0'))).toBe('unknown-version');
    expect(codeOf(() => registry.lease('bikes'))).toBe('unknown-model');
  });

  it('moves in the same turn in which another one is put in its place', () => {
    ready('1.0.0');
    ready('2.0.0');
    registry.direct('cars', ['1.0.0'], {});
    const before = registry.revision;
    registry.direct('cars', ['2.0.0'], {});
    expect(registry.lease('cars').slot.manifest.version).toBe('2.0.0');
    expect(registry.revision).toBeGreaterThan(before);
  });
});

describe('an alias', () => {
  it('stands for its version wherever a version may be named', () => {
    ready('1.0.0');
    registry.direct('cars', [], { stable: '1.0.0', next: '2.0.0' });
    expect(registry.lease('cars', 'stable').slot.manifest.version).toBe('1.0.0');
    expect(registry.status('cars', 'stable').state).toBe('ready');
    expect(codeOf(() => registry.lease('cars', 'next'))).toBe('unknown-version');
    registry.direct('cars', [], {});
    expect(codeOf(() => registry.lease('cars', 'stable'))).toBe('unknown-version');
  });

  it.each(['constructor', '__proto__', 'toString'])('is not %s when nobody has set it', (name) => {
    ready('1.0.0');
    registry.direct('cars', [], {});
    expect(codeOf(() => registry.lease('cars', name))).toBe('unknown-version');
  });
});

describe('a slot', () => {
  it('that is replaced is closed when its last lease is back, and once', async () => {
    const old = ready('1.0.0');
    const [one, other] = [registry.lease('cars'), registry.lease('cars', '1.0.0')];
    const next = ready('1.0.0');
    expect(registry.lease('cars').slot).toBe(next.slot);
    one.release();
    one.release();
    await settled();
    expect(old.close).not.toHaveBeenCalled();
    other.release();
    expect(old.close).toHaveBeenCalledOnce();
    expect(next.close).not.toHaveBeenCalled();
  });

  it('that has nobody to wait for is closed at once', () => {
    const old = ready('1.0.0');
    ready('1.0.0');
    expect(old.close).toHaveBeenCalledOnce();
  });

  it('stays open when only something about it is noted', () => {
    const { slot, close } = ready('1.0.0');
    const refused = new TensornestError('digest-mismatch', 'weights.bin');
    registry.set(ref('1.0.0'), { state: 'ready', slot, refused });
    expect(close).not.toHaveBeenCalled();
    expect(registry.lease('cars').slot).toBe(slot);
  });

  it('is closed with its version, its model, and with everything', () => {
    const [one, two] = [ready('1.0.0'), ready('2.0.0')];
    registry.remove(ref('1.0.0'));
    expect(one.close).toHaveBeenCalledOnce();
    expect(registry.versions('cars').map(([version]) => version)).toEqual(['2.0.0']);
    registry.clear();
    expect(two.close).toHaveBeenCalledOnce();
    expect(registry.names()).toEqual([]);
  });
});

describe('unloading', () => {
  it('answers what is under way, takes nothing new, and is over with the last lease', async () => {
    const { close } = ready('1.0.0');
    ready('2.0.0');
    const { release } = registry.lease('cars', '1.0.0');
    registry.set(ref('1.0.0'), { state: 'unloading' });
    expect(codeOf(() => registry.lease('cars', '1.0.0'))).toBe('model-not-ready');
    await settled();
    expect([registry.status('cars', '1.0.0').state, close.mock.calls.length]).toEqual(['unloading', 0]);
    release();
    await settled();
    expect([registry.status('cars', '1.0.0').state, close.mock.calls.length]).toEqual(['available', 1]);
  });

  it('that is overtaken by loading again does not undo it', async () => {
    ready('1.0.0');
    const { release } = registry.lease('cars');
    registry.set(ref('1.0.0'), { state: 'unloading' });
    const again = ready('1.0.0');
    release();
    await settled();
    expect(registry.lease('cars').slot).toBe(again.slot);
  });

  it('does not bring back a version that is gone', async () => {
    ready('1.0.0');
    const { release } = registry.lease('cars');
    registry.set(ref('1.0.0'), { state: 'unloading' });
    registry.remove(ref('1.0.0'));
    release();
    await settled();
    expect(registry.names()).toEqual([]);
  });
});

describe('the names', () => {
  it('are in order, with versions newest first, and forgotten with their last version', () => {
    registry.set({ name: 'zebras', version: '1.0.0' }, { state: 'available' });
    for (const version of ['1.9.0', '1.10.0', '2.0.0-rc.1', '2.0.0'])
      registry.set(ref(version), { state: 'available' });
    expect(registry.names()).toEqual(['cars', 'zebras']);
    expect(registry.defaultModel()).toBe('cars');
    expect(registry.versions('cars').map(([version]) => version)).toEqual(['2.0.0', '2.0.0-rc.1', '1.10.0', '1.9.0']);
    registry.remove({ name: 'zebras', version: '1.0.0' });
    expect(registry.names()).toEqual(['cars']);
  });
});
