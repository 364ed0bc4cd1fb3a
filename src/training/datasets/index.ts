import { nearest } from '../../encoding/nearest.js';
import { TrainingError } from '../training-error.js';
import { carEvaluation } from './car-evaluation.js';
import type { Dataset } from './dataset.js';
import { penguins } from './penguins.js';

/** The table of data sets: adding one is adding a file and an entry. */
const DATASETS: readonly Dataset[] = [carEvaluation, penguins];

/** The data set called `name`. */
export function datasetNamed(name: string): Dataset {
  const found = DATASETS.find((dataset) => dataset.name === name);
  if (found !== undefined) return found;
  const names = DATASETS.map((dataset) => dataset.name);
  const close = nearest(name, names);
  const hint = close === undefined ? `the data sets are ${names.join(', ')}` : `did you mean "${close}"?`;
  throw new TrainingError(`There is no data set ${JSON.stringify(name)}; ${hint}`);
}
