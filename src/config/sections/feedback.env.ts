import { join, resolve } from 'node:path';
import type { AppConfig } from '../../core/app-config.js';
import { OneOf, SWITCH, type Switch, WholeNumber } from '../env-rules.js';

const MEBIBYTE = 1_048_576;

/** What is kept of predictions, so that their outcomes can be joined to them. */
export class FeedbackEnv {
  @OneOf(SWITCH)
  FEEDBACK: Switch = 'false';

  @WholeNumber(1, 3_650, 'days')
  FEEDBACK_DAYS = 30;

  @WholeNumber(1, 1_048_576, 'MiB')
  FEEDBACK_STORE_MB = 256;
}

export function feedbackConfig(env: FeedbackEnv, stateDir: string): Pick<AppConfig, 'feedback'> {
  if (env.FEEDBACK === 'false') return { feedback: null };
  const path = join(resolve(stateDir), 'feedback.db');
  return { feedback: { path, retentionDays: env.FEEDBACK_DAYS, maxBytes: env.FEEDBACK_STORE_MB * MEBIBYTE } };
}
