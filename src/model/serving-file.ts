import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Inject, Injectable, Logger } from '@nestjs/common';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { reasonOf, TensornestError } from '../core/errors.js';
import { ROLLOUT_MODES } from '../core/rollout.js';
import type { ServingState } from './serving-state.js';

const versions = z.array(z.string());

const RolloutSchema = z.strictObject({
  id: z.string(),
  current: z.string(),
  candidate: z.string(),
  mode: z.enum(ROLLOUT_MODES),
  percent: z.number(),
  stickyHeader: z.string().exactOptional(),
  gate: z.strictObject({
    minRows: z.number(),
    minAgreement: z.number(),
    maxErrorRate: z.number(),
    maxLatencyRatio: z.number(),
    // A file that was written before there was feedback asks for no labels.
    minLabels: z.number().default(0),
  }),
  onPass: z.enum(['promote', 'hold']),
  onFail: z.enum(['rollback', 'hold']),
  startedAt: z.string(),
  settled: z
    .strictObject({
      outcome: z.enum(['held', 'promoted', 'rolled-back', 'aborted']),
      reasons: z.array(z.string()),
    })
    .exactOptional(),
});

const Schema = z.strictObject({
  formatVersion: z.literal(1),
  models: z.record(
    z.string(),
    z.strictObject({
      active: z.string().exactOptional(),
      aliases: z.record(z.string(), z.string()),
      loaded: versions,
      unloaded: versions,
      rollout: RolloutSchema.exactOptional(),
    }),
  ),
});

/** Within `STATE_DIR`. */
export const SERVING_FILE = 'serving.json';

/** `STATE_DIR/serving.json`: what operators have decided, so that a restart does not forget it. */
@Injectable()
export class ServingFile {
  private readonly logger = new Logger('Models');
  private readonly path: string;

  constructor(@Inject(APP_CONFIG) { stateDir }: AppConfig) {
    this.path = join(stateDir, SERVING_FILE);
  }

  /** Nothing was decided when there is no file. One that cannot be read does not keep the models from serving. */
  async read(): Promise<ServingState> {
    try {
      return Schema.parse(JSON.parse(await readFile(this.path, 'utf8'))).models;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      const reason = error instanceof z.ZodError ? z.prettifyError(error) : reasonOf(error);
      this.logger.error(`${this.path} cannot be used, and what was decided is forgotten: ${reason}`);
      return {};
    }
  }

  /** Replaces the file as a whole: a reader sees the old or the new state, also after a power failure. */
  async write(models: ServingState): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
      await writeFileAtomic(this.path, `${JSON.stringify({ formatVersion: 1, models }, null, 2)}\n`);
    } catch (cause) {
      const message = `The decision cannot be kept: ${reasonOf(cause)}. Give the service a writable STATE_DIR.`;
      throw new TensornestError('state-not-writable', message, { cause });
    }
  }
}
