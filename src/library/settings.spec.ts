import { resolve } from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { configOf, type Settings } from './settings.js';

const faultsOf = (settings: object): string => {
  try {
    configOf(settings, null);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('the options of the module', () => {
  it('are the variables of the service, with their kinds of values', () => {
    expectTypeOf<Settings['modelsDir']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Settings['feedback']>().toEqualTypeOf<boolean | undefined>();
    expectTypeOf<Settings['maxRequestRows']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Settings['requiredModels']>().toEqualTypeOf<readonly string[] | undefined>();
    // What listens is the host's.
    expectTypeOf<keyof Settings>().exclude<'port' | 'webConcurrency'>().toEqualTypeOf<keyof Settings>();
    const config = configOf(
      {
        modelsDir: 'some/models',
        feedback: true,
        maxRequestRows: 7,
        requiredModels: ['a', 'b'],
        defaultModel: undefined,
      },
      null,
    );
    expect(config).toMatchObject({
      models: { dir: resolve('some/models'), required: ['a', 'b'] },
      limits: { requestRows: 7 },
      feedback: { retentionDays: 30 },
    });
  });

  it('leave a guest that writes nothing, and do not ask the environment', () => {
    process.env.MAX_REQUEST_ROWS = '3';
    const { audit, drift, log, limits } = configOf({}, null);
    delete process.env.MAX_REQUEST_ROWS;
    expect({ audit, drift, log: log.level, rows: limits.requestRows }).toEqual({
      audit: { kind: 'off' },
      drift: null,
      log: 'silent',
      rows: 5_000,
    });
  });

  it.each([
    [{ maxRequestRows: 0 }, 'maxRequestRows must be at least 1'],
    [{ maxRequestRows: Number.NaN }, 'maxRequestRows must be a whole number of rows'],
    [{ backend: 'gpu' }, 'backend must be one of auto, wasm'],
    [{ backend: null }, 'backend must be a text, a number, true or false, or a list of texts'],
    [{ models: [1] }, 'models must be a text, a number'],
    [{ modelDir: 'x' }, 'modelDir is no option; did you mean modelsDir?'],
    [{ port: 80 }, 'port belongs to the application that Tensornest is in: it has no PORT here'],
    [{ logLevel: 'info' }, 'logLevel belongs to the application'],
    [{ jwtKeysFile: 'keys.json' }, 'jwtIssuer must be set where jwtKeysFile is'],
    [{ requireSignature: 'nowhere.pem' }, 'requireSignature must name a PEM file'],
    [{ workers: 0, auditOnError: 'maybe' }, 'auditOnError must be one of drop, block'],
  ])('are refused by name: %j', (settings, fault) => {
    const message = faultsOf(settings);
    expect(message).toMatch(/^The options of TensornestModule are wrong:\n/);
    expect(message).toContain(`  ${fault}`);
    expect(message).toContain('modelsDir is MODELS_DIR');
  });
});
