import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { sha256 } from '../../model/package/integrity.js';
import { CheckpointFile, removeCheckpoint } from '../../training/checkpoint-file.js';
import type { RunIdentity } from '../../training/checkpoint.js';
import { type Dataset, digestOf } from '../../training/datasets/dataset.js';
import type { TrainingResult } from '../../training/train-model.js';
import type { TrainingConfig } from '../../training/training-config.js';
import { checkpointPath } from '../../training/training-files.js';
import type { TrainOptions } from '../train-options.js';

/** The checkpoints of one run of the command: one for the search, another for the training. */
export class Checkpoints {
  private resumed = false;

  constructor(
    private readonly options: TrainOptions,
    /** Version of TensorFlow.js, and the backend. */
    private readonly framework: string,
    private readonly say: (text: string) => void,
  ) {}

  /** @param recipe everything but the rows that decides what comes of the run. */
  open(
    stage: RunIdentity['stage'],
    { name, version, seed }: Pick<TrainingConfig, 'name' | 'version' | 'seed'>,
    dataset: Dataset,
    recipe: object,
  ): CheckpointFile {
    const path = checkpointPath(this.options.models, name, version);
    // A search that was gone on with goes over into a training of its own.
    const resume = this.options.resume === true && !this.resumed;
    if (!resume && !this.resumed && existsSync(path)) {
      this.say(
        `${path} is of a run that did not come to its end. This one starts anew; --resume goes on from there.\n`,
      );
    }
    const file = new CheckpointFile(
      { path, resume, every: this.options.checkpointEvery },
      {
        stage,
        seed,
        data: digestOf(dataset),
        recipe: sha256(JSON.stringify(recipe, replaceSets)),
        framework: this.framework,
      },
    );
    if (resume) this.say(`Going on from ${path}: ${doneText(file)}.\n`);
    this.resumed ||= resume || stage === 'search';
    return file;
  }

  /** There is nothing to go on from after a run that was not ended by hand. */
  close({ name, version }: Pick<TrainingConfig, 'name' | 'version'>, { stopped }: TrainingResult): void {
    const path = checkpointPath(this.options.models, name, version);
    if (stopped === undefined) removeCheckpoint(path);
    else if (existsSync(path)) this.say(`--resume goes on from ${basename(path)} and trains to the end.\n`);
  }
}

function doneText({ done: { trials, training, folds } }: CheckpointFile): string {
  if (training !== undefined) return `${training.state.epoch} epochs and ${folds.length} folds are done`;
  return `${trials.length} recipes and ${folds.length} folds are done`;
}

function replaceSets(_: string, value: unknown): unknown {
  return value instanceof Set ? [...(value as Set<unknown>)] : value;
}
