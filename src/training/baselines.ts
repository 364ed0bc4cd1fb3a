import type { Evaluation } from '../model/package/manifest.js';
import { pick } from './examples.js';
import type { Run } from './held-out.js';
import { evaluate } from './metrics.js';
import { fit } from './trainer.js';
import type { Recipe } from './training-config.js';

/** Enough for a model without hidden layers to settle on most tables. */
const BASELINE_EPOCHS = 30;

/** What a simpler model comes to, or the model itself where the likeliest class would be answered. */
export interface Baseline {
  readonly name: 'majority' | 'logistic regression' | 'this model, at 0.5';
  readonly evaluation: Evaluation;
}

/**
 * What simpler models come to on the same held-out rows, trained on the same others.
 *
 * @param stopped whoever ended the training does not want to wait for another one.
 */
export async function baselinesOf(
  { split, signature, examples }: Run,
  { hyperparameters, name, seed }: Recipe,
  stopped: boolean,
): Promise<Baseline[]> {
  const labels = signature.classes.map(({ label }) => label);
  const [train, heldOut] = [pick(examples, split.train), pick(examples, split.heldOut)];
  const shares = labels.map((_, label) => train.labels.filter((other) => other === label).length / train.labels.length);
  const guesses = Float32Array.from(
    { length: heldOut.labels.length * labels.length },
    (_, at) => shares[at % labels.length]!,
  );
  const majority: Baseline = { name: 'majority', evaluation: evaluate(heldOut.labels, guesses, labels) };
  if (stopped) return [majority];
  const { batchSize } = hyperparameters;
  const model = await fit(train, {
    name,
    classes: labels.length,
    seed,
    hyperparameters: { layers: [], batchSize, learningRate: 0.02, epochs: BASELINE_EPOCHS },
    onEpoch: () => undefined,
  });
  const logistic = evaluate(heldOut.labels, model.predict(heldOut.inputs), labels);
  model.dispose();
  return [majority, { name: 'logistic regression', evaluation: logistic }];
}
