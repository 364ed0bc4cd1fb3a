import { TrainingError } from '../training-error.js';

/** What the numbers of a row are: probabilities, or the scores that a softmax (a sigmoid, of one) makes them of. */
export const OUTPUT_KINDS = ['probabilities', 'logits'] as const;
export type OutputKind = (typeof OUTPUT_KINDS)[number];

/** How far from 1 the probabilities of a row may add up: float32, and float16 on some devices. */
const SUM_TOLERANCE = 2e-3;
const RANGE_TOLERANCE = 1e-6;

export interface Outputs {
  /** Shape [rows, width], row-major. */
  readonly numbers: Float32Array;
  readonly width: number;
  /** Whether the last thing that the model does is a softmax or a sigmoid. */
  readonly endsInProbabilities: boolean;
}

/**
 * What the answers of a model are, by the answers themselves. Refuses with what to add to the command where they do not
 * tell, and where they are not what `said` says they are.
 */
export function outputKindOf(
  { numbers, width, endsInProbabilities }: Outputs,
  said: OutputKind | undefined,
): OutputKind {
  const place = numbers.findIndex((value) => !(value >= -RANGE_TOLERANCE && value <= 1 + RANGE_TOLERANCE));
  const off = width === 1 ? -1 : furthestSum(numbers, width);
  if (said === 'logits') return said;
  if (place !== -1) {
    if (said === undefined) return 'logits';
    throw new TrainingError(
      `--output probabilities: the model answers ${numbers[place]}, which is no probability; leave it out, or say logits.`,
    );
  }
  if (off !== -1) {
    const sum = sumOf(numbers, width, off);
    throw new TrainingError(
      `The answers of a row are between 0 and 1, but add up to ${sum.toFixed(4)} and not to 1. If they are scores, add ` +
        '--output logits; if each class has a sigmoid of its own, the model gives several labels a row and is no classifier ' +
        'of one: import it without a signature, as one that takes tensors.',
    );
  }
  if (width > 1 || said !== undefined || endsInProbabilities) return 'probabilities';
  throw new TrainingError(
    'The model answers one number a row, here always between 0 and 1, and does not say whether it is a probability: add ' +
      '--output probabilities (of the second class), or --output logits for a score.',
  );
}

/** The probabilities of each row, in double precision, that the answers stand for. */
export function probabilitiesOf({ numbers, width }: Pick<Outputs, 'numbers' | 'width'>, kind: OutputKind): number[][] {
  return Array.from({ length: numbers.length / width }, (_, row) => {
    const answers = Array.from(numbers.subarray(row * width, (row + 1) * width));
    if (kind === 'probabilities') return width === 1 ? [1 - answers[0]!, answers[0]!] : answers;
    return softmax(width === 1 ? [0, ...answers] : answers);
  });
}

function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** The first row whose answers do not add up to 1, or -1. */
function furthestSum(numbers: Float32Array, width: number): number {
  for (let row = 0; row < numbers.length / width; row += 1) {
    if (!(Math.abs(sumOf(numbers, width, row) - 1) <= SUM_TOLERANCE)) return row;
  }
  return -1;
}

function sumOf(numbers: Float32Array, width: number, row: number): number {
  return numbers.subarray(row * width, (row + 1) * width).reduce((sum, value) => sum + value, 0);
}
