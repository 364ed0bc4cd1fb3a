import type { EpochReport } from '../../training/progress.js';
import type { ErrorDocument } from '../error-document.js';
import type { ExitCode } from '../exit.js';
import type { TrainOptions } from '../train-options.js';
import type { TrainingResult } from '../../training/train-model.js';
import type { TrainingConfig } from '../../training/training-config.js';

/** What a training thread is started with. */
export interface TrainStart {
  readonly model: string;
  readonly options: TrainOptions;
  readonly date: Date;
  /** One number, shared: not 0 once somebody asked for an end. Messages would wait for the end of an epoch. */
  readonly stop: Int32Array<SharedArrayBuffer>;
}

/** What a run came to, all of it data. */
export interface Trained {
  readonly config: Pick<TrainingConfig, 'name' | 'version' | 'failUnder'>;
  readonly result: TrainingResult;
  /** The files of the report by name. */
  readonly report: ReadonlyMap<string, string>;
}

/** What it says. Phases follow each other, so none needs a number. */
export type TrainMessage =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'phase'; readonly title: string; readonly steps: number }
  | { readonly type: 'step'; readonly note: string; readonly report: EpochReport }
  | {
      readonly type: 'part';
      readonly note: string;
      readonly part: number;
      readonly figures: Omit<EpochReport, 'epoch'>;
    }
  | { readonly type: 'skip'; readonly steps: number }
  | { readonly type: 'phase-end' }
  | { readonly type: 'done'; readonly trained: Trained }
  | ({ readonly type: 'failed'; readonly exit: ExitCode } & Pick<ErrorDocument, 'code' | 'message'>);
