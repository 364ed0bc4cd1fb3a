import { type INestApplication, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import request from 'supertest';
import type { TensornestOptions } from '../../src/index.js';
import { ExampleModule } from './example-app/app.module.js';

/** A bird as the model of penguins takes one. */
export const BIRD = {
  island: 'Biscoe',
  beak_length_mm: 47.5,
  beak_depth_mm: 15,
  flipper_length_mm: 218,
  body_mass_g: 5_000,
  sex: 'FEMALE',
} as const;

/** Applications with models in them, each at a port of its own, until `stop`. */
export class RunningHosts {
  /** What they logged. */
  readonly lines: string[] = [];
  private readonly running: INestApplicationContext[] = [];

  async start(options: TensornestOptions = {}, prepare: (app: INestApplication) => void = () => undefined) {
    const app = await NestFactory.create(ExampleModule.with(options), { logger: this.logger, abortOnError: false });
    this.running.push(app);
    prepare(app);
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    return { app, get: (path: string) => request(url).get(path), post: (path: string) => request(url).post(path) };
  }

  /** One without HTTP. */
  async startContext(module: Type): Promise<INestApplicationContext> {
    const app = await NestFactory.createApplicationContext(module, { logger: this.logger, abortOnError: false });
    this.running.push(app);
    return app;
  }

  async stop(): Promise<void> {
    for (const app of this.running.splice(0)) await app.close();
    this.lines.length = 0;
  }

  private get logger() {
    const collect = (...parts: unknown[]) => void this.lines.push(parts.map(String).join(' '));
    return { log: collect, warn: collect, error: collect };
  }
}
