import { z } from 'zod';
import { TrainingError } from '../training-error.js';
import type { DenseLayer } from './encoded-columns.js';
import { type Fitted, learnt, MatrixSchema, VectorSchema } from './sklearn-export.js';

type ToLayers = (fitted: Fitted) => DenseLayer[];

/** The classifiers that can be expressed, by class: adding one is adding an entry. */
const ESTIMATORS: Readonly<Record<string, ToLayers>> = {
  LogisticRegression: logisticRegression,
  LogisticRegressionCV: logisticRegression,
  MLPClassifier: perceptron,
};

const ACTIVATIONS = { identity: 'linear', logistic: 'sigmoid', tanh: 'tanh', relu: 'relu' } as const;

/** The classifier as dense layers, of which the last is a softmax over `classes_`. */
export function layersOf(fitted: Fitted): DenseLayer[] {
  const known = ESTIMATORS[fitted.class];
  if (known !== undefined) return known(fitted);
  throw new TrainingError(
    `The model is a ${fitted.class}, which cannot be imported; what can is ${Object.keys(ESTIMATORS).join(', ')}, ` +
      'alone or at the end of a Pipeline.',
  );
}

export function classesOf(fitted: Fitted): string[] {
  const classes = learnt(fitted, 'classes_', z.array(z.union([z.string(), z.number(), z.boolean()])));
  return classes.map(String);
}

/** As `LogisticRegression.predict_proba` decides: https://scikit-learn.org/1.2/modules/generated/sklearn.linear_model.LogisticRegression.html */
function logisticRegression(fitted: Fitted): DenseLayer[] {
  const kernel = transposed(learnt(fitted, 'coef_', MatrixSchema));
  const bias = learnt(fitted, 'intercept_', VectorSchema);
  const { multi_class: wanted = 'auto', solver } = fitted;
  const two = bias.length === 1;
  const undecided = wanted === 'auto' || wanted === 'deprecated' || wanted === 'warn';
  const eachAgainstRest = wanted === 'ovr' || (undecided && (two || solver === 'liblinear'));
  if (two) return [twoClasses({ kernel, bias, activation: 'linear' }, eachAgainstRest ? 0 : -1)];
  return eachAgainstRest ? normalisedSigmoids(kernel, bias) : [{ kernel, bias, activation: 'softmax' }];
}

function perceptron(fitted: Fitted): DenseLayer[] {
  const kernels = learnt(fitted, 'coefs_', z.array(MatrixSchema));
  const biases = learnt(fitted, 'intercepts_', z.array(VectorSchema));
  const activation = ACTIVATIONS[learnt(fitted, 'activation', z.enum(['identity', 'logistic', 'tanh', 'relu']))];
  const layers = kernels.map((kernel, at): DenseLayer => ({ kernel, bias: biases[at]!, activation }));
  const last = layers.pop()!;
  if (fitted.out_activation_ === 'softmax') return [...layers, { ...last, activation: 'softmax' }];
  if (last.bias.length === 1) return [...layers, twoClasses(last, 0)];
  throw new TrainingError('MLPClassifier: it gives several labels at once; a classifier gives one class a row.');
}

/** The sigmoid of a score is the softmax of 0 and the score. */
function twoClasses({ kernel, bias }: DenseLayer, other: 0 | -1): DenseLayer {
  const both = (score: number) => [other * score, score];
  return { kernel: kernel.map(([weight]) => both(weight!)), bias: both(bias[0]!), activation: 'softmax' };
}

/** sigmoid(z) / sum(sigmoid(z)) is the softmax of log(sigmoid(z)), which is -softplus(-z). */
function normalisedSigmoids(kernel: readonly (readonly number[])[], bias: readonly number[]): DenseLayer[] {
  const negative = (values: readonly number[]) => values.map((value) => -value);
  return [
    { kernel: kernel.map(negative), bias: negative(bias), activation: 'softplus' },
    {
      kernel: bias.map((_, row) => bias.map((_, unit) => (row === unit ? -1 : 0))),
      bias: bias.map(() => 0),
      activation: 'softmax',
    },
  ];
}

/** From [units, inputs] to [inputs, units]. */
function transposed(matrix: readonly (readonly number[])[]): number[][] {
  return matrix[0]!.map((_, input) => matrix.map((row) => row[input]!));
}
