import { z } from 'zod';
import { sha256 } from '../model/package/integrity.js';
import type { FitState } from './fit-state.js';
import type { EpochReport } from './progress.js';
import type { Trial } from './trial.js';
import { TrainingError } from './training-error.js';

/** Version of the file itself. */
const FORMAT = 1;

/** What a run must have in common with the one that it goes on from: then both come to the same weights, byte for byte. */
export interface RunIdentity {
  /** Recipes are searched before the training file is written, and the model is trained after it. */
  readonly stage: 'search' | 'training';
  readonly seed: number;
  /** SHA-256 of the rows. */
  readonly data: string;
  /** SHA-256 of everything else that the training file and the command line say. */
  readonly recipe: string;
  /** Version of TensorFlow.js, and the backend. */
  readonly framework: string;
}

/** What is done of a run. What is under way is done again, but for the training of the model, which goes on after its epoch. */
export interface Done {
  /** Recipes that were tried. */
  readonly trials: readonly Trial[];
  /** What was learnt by calibration. */
  readonly temperature?: number | undefined;
  /** The decision threshold that goes with it. */
  readonly threshold?: number | undefined;
  readonly training?: { readonly state: FitState; readonly learning: readonly EpochReport[] } | undefined;
  /** Accuracies of the folds of the cross-validation. */
  readonly folds: readonly number[];
}

export const NOTHING_DONE: Done = { trials: [], folds: [] };

/** Where a run writes down what it has done, for one that goes on from there. */
export interface Checkpoint {
  readonly done: Done;
  /** Whether the next `save` is written. What is costly to come by is not worth its time before. */
  readonly due: boolean;
  /** Takes note; it is written when enough time has passed since the last time. */
  save(change: Partial<Done>): void;
  /** Writes now what is done. */
  flush(): void;
}

/** Keeps nothing. */
export function noCheckpoint(): Checkpoint {
  return { done: NOTHING_DONE, due: false, save: () => undefined, flush: () => undefined };
}

const number = z.number();
const bytes = z.base64().transform((text): Float32Array => {
  const data = Buffer.from(text, 'base64');
  return new Float32Array(
    data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength - (data.byteLength % 4)),
  );
});
const report = z.strictObject({ epoch: number, loss: number, accuracy: number });

const FileSchema = z.strictObject({
  format: z.literal(FORMAT),
  run: z.strictObject({
    stage: z.enum(['search', 'training']),
    seed: number,
    data: z.string(),
    recipe: z.string(),
    framework: z.string(),
  }),
  done: z.strictObject({
    trials: z.array(
      z.strictObject({
        layers: z.array(number),
        learningRate: number,
        epochs: number,
        logLoss: number,
        error: number,
        accuracy: number,
        temperature: number,
        threshold: number.optional(),
      }),
    ),
    temperature: number.optional(),
    threshold: number.optional(),
    training: z
      .strictObject({
        state: z.strictObject({
          epoch: number,
          weights: z.array(bytes),
          iterations: number,
          moments: z.array(z.strictObject({ shape: z.array(number), data: bytes })),
          powers: z.tuple([number, number]),
        }),
        learning: z.array(report),
      })
      .optional(),
    folds: z.array(number),
  }),
});

/** The text of a checkpoint file: a digest, and what it is of. */
export function checkpointText(run: RunIdentity, done: Done): string {
  const content = JSON.stringify({ format: FORMAT, run, done }, (_, value: unknown) =>
    value instanceof Float32Array
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
      : value,
  );
  return `${sha256(content)}\n${content}\n`;
}

/**
 * What the checkpoint in `path` says is done of `run`.
 *
 * @throws TrainingError when it is damaged, or of another run: it says in which way.
 */
export function readCheckpoint(path: string, text: string, run: RunIdentity): Done {
  const [digest, content = ''] = text.split('\n');
  const parsed = digest === sha256(content) ? FileSchema.safeParse(JSON.parse(content)) : undefined;
  if (parsed?.success !== true) throw refusal(path, 'is damaged, or of another version of this program');
  const { run: other, done } = parsed.data;
  if (other.seed !== run.seed) throw refusal(path, `is of a run with seed ${other.seed}, and this one has ${run.seed}`);
  if (other.data !== run.data) {
    throw refusal(path, `is of other data (${other.data.slice(0, 12)}), and these are ${run.data.slice(0, 12)}`);
  }
  if (other.framework !== run.framework) {
    throw refusal(path, `is of ${other.framework}, and this is ${run.framework}`);
  }
  if (other.stage !== run.stage || other.recipe !== run.recipe) {
    throw refusal(path, 'is of a run with another training file or other options');
  }
  return done;
}

function refusal(path: string, what: string): TrainingError {
  return new TrainingError(`${path} ${what}, so nothing can go on from it; leave out --resume to start anew.`);
}
