import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../config/load-config.js';
import { TensornestError } from '../../../core/errors.js';
import type { ManagedModels, RepositoryEntry } from '../../../core/ports/managed-models.js';
import { JsonBody } from '../../../http/json-body.js';
import { OpenInferenceService } from './open-inference.service.js';
import { RepositoryController } from './repository.controller.js';

const READY: RepositoryEntry = { name: 'a', version: '1.0.0', state: 'READY', reason: '' };
const BROKEN: RepositoryEntry = { name: 'b', version: '1.0.0', state: 'UNAVAILABLE', reason: 'digest-mismatch' };

const asked: string[] = [];
const repository: ManagedModels = {
  index: () => [READY, BROKEN],
  load: (name) => {
    asked.push(`load ${name}`);
    return name === 'a' ? Promise.resolve() : Promise.reject(new TensornestError('unknown-model', 'There is none.'));
  },
  unload: (name) => {
    asked.push(`unload ${name}`);
    return Promise.resolve();
  },
};

function controllerWith(managed: ManagedModels | null): RepositoryController {
  const readiness = { fault: () => Promise.resolve(undefined) };
  return new RepositoryController(
    new OpenInferenceService(null as never, null as never, loadConfig({}, false), readiness, managed),
  );
}

const body = (text: string) => new JsonBody(Buffer.from(text));
const controller = controllerWith(repository);

describe('the model repository', () => {
  it('lists every version, or only those that are ready; its body may be empty', () => {
    expect(controller.index(body(''))).toEqual([READY, BROKEN]);
    expect(controller.index(body('{}'))).toEqual([READY, BROKEN]);
    expect(controller.index(body('{"ready": true}'))).toEqual([READY]);
  });

  it('loads and unloads', async () => {
    expect(await controller.load('a', body(''))).toEqual({ name: 'a', load: true });
    expect(await controller.unload('a', body('{"parameters": {}}'))).toEqual({ name: 'a', unload: true });
    expect(asked).toEqual(['load a', 'unload a']);
    await expect(controller.load('c', body(''))).rejects.toMatchObject({ code: 'unknown-model' });
  });

  it.each(['[]', '1', '{"ready": 1}'])('refuses %s as a body', (text) => {
    expect(() => controller.index(body(text))).toThrow(TensornestError);
  });

  it('cannot be managed while the admin API is off', async () => {
    expect(() => controllerWith(null).index(body(''))).toThrow('the admin API is off');
    await expect(controllerWith(null).load('a', body(''))).rejects.toMatchObject({ code: 'unsupported' });
  });
});
