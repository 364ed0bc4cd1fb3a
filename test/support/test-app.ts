import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Response } from 'supertest';
import request from 'supertest';
import { startApp } from '../../src/app.setup.js';
import { type Environment, loadConfig } from '../../src/config/load-config.js';

/** What differs from production in tests: a free port, no output, the backend that is always there. */
const QUIET: Environment = { PORT: '0', LOG_LEVEL: 'silent', AUDIT_LOG: 'off', BACKEND: 'wasm' };

export interface TestApp {
  readonly app: NestExpressApplication;
  readonly url: string;
  readonly loaded: Promise<void>;
  get(path: string): request.Test;
  post(path: string, body: unknown): request.Test;
  predict(inputs: unknown): Promise<Response>;
  close(): Promise<void>;
}

/** Starts the service through its production wiring, without waiting for the models. */
export async function bootTestApp(env: Environment = {}): Promise<TestApp> {
  const ownState = await mkdtemp(join(tmpdir(), 'tensornest-state-'));
  const { app, url, loaded } = await startApp(loadConfig({ ...QUIET, STATE_DIR: ownState, ...env }, false));
  const post = (path: string, body: unknown) =>
    request(url)
      .post(path)
      .set('content-type', 'application/json')
      .send(typeof body === 'string' ? body : JSON.stringify(body));
  return {
    app,
    url,
    loaded,
    get: (path) => request(url).get(path),
    post,
    predict: (inputs) => post('/api/v1/predict', { inputs }).then((response) => response),
    close: async () => {
      await app.close();
      await rm(ownState, { recursive: true, force: true });
    },
  };
}

/** Starts the service and waits until its models were loaded. */
export async function startTestApp(env: Environment = {}): Promise<TestApp> {
  const started = await bootTestApp(env);
  await started.loaded;
  return started;
}

/** A row that the article's own request holds. */
export const ARTICLE_ROW = {
  buying: 'vhigh',
  maint: 'med',
  doors: 4,
  persons: 'more',
  lug_boot: 'med',
  safety: 'high',
} as const;
