import { ApiProperty } from '@nestjs/swagger';

/** `unreferenced`: the package has nothing to compare with. */
export const SUBJECT_STATES = ['ok', 'drifting', 'collecting', 'unreferenced'] as const;
export type SubjectState = (typeof SUBJECT_STATES)[number];

const STATE = {
  enum: SUBJECT_STATES,
  enumName: 'DriftState',
  description:
    'Of the last complete window; `collecting` before the first, `unreferenced` where the package has nothing to compare with.',
} as const;

/** One test of one subject. */
export class DriftTest {
  @ApiProperty({
    enum: ['values', 'rates'],
    description: 'What is compared: the values, or how many were missing or refused.',
  })
  of: 'values' | 'rates';

  @ApiProperty({
    enum: ['ks', 'chi2'],
    description: 'Kolmogorov-Smirnov on the deciles of training, or chi-square of two samples.',
  })
  method: 'ks' | 'chi2';

  @ApiProperty({ example: 0.04 })
  statistic: number;

  @ApiProperty({ required: false, description: 'Degrees of freedom of chi-square.' })
  degrees?: number;

  @ApiProperty({ description: 'Chance of such a difference, or a larger one, where nothing has drifted.' })
  p: number;

  @ApiProperty({
    description:
      'The same, adjusted for all tests of the window (Holm), which weigh as many as their degrees of freedom.',
  })
  adjusted: number;
}

/** A bar of two samples side by side: a label, or the numbers above `from` up to `to`, or the one number that both are. */
export class DriftBin {
  @ApiProperty({ required: false, example: 'med' })
  label?: string;

  @ApiProperty({ required: false, type: Number, nullable: true, description: 'Null: no lower bound.' })
  from?: number | null;

  @ApiProperty({ required: false, type: Number, nullable: true, description: 'Null: no upper bound.' })
  to?: number | null;

  @ApiProperty({ description: 'Share of the reference, from 0 to 1.' })
  reference: number;

  @ApiProperty({ description: 'Share of the window, from 0 to 1.' })
  window: number;
}

export class DriftRate {
  @ApiProperty({ description: 'In training.' })
  reference: number;

  @ApiProperty()
  window: number;
}

export class DriftRates {
  @ApiProperty({ type: DriftRate, description: 'Values that rows lacked.' })
  missing: DriftRate;

  @ApiProperty({
    type: DriftRate,
    description: 'Values that were refused: no category of the feature, or out of its range.',
  })
  refused: DriftRate;
}

/** How a feature stands to its training data. */
export class FeatureDrift {
  @ApiProperty({ example: 'safety' })
  name: string;

  @ApiProperty({ enum: ['categorical', 'number'] })
  kind: 'categorical' | 'number';

  @ApiProperty(STATE)
  state: SubjectState;

  @ApiProperty({ description: 'Population stability index.' })
  psi: number;

  @ApiProperty({ type: [DriftTest] })
  tests: readonly DriftTest[];

  @ApiProperty({ type: DriftRates })
  rates: DriftRates;

  @ApiProperty({ description: 'Values that were compared.' })
  rows: number;

  @ApiProperty({ type: [DriftBin] })
  bins: DriftBin[];
}

class AnswerDrift {
  @ApiProperty(STATE)
  state: SubjectState;

  @ApiProperty({ type: Number, nullable: true, description: 'Population stability index.' })
  psi: number | null;

  @ApiProperty({ type: [DriftTest] })
  tests: readonly DriftTest[];

  @ApiProperty({ type: [DriftBin] })
  bins: DriftBin[];
}

/** How often each class wins. */
export class ClassDrift extends AnswerDrift {
  @ApiProperty({
    enum: ['predictions', 'training-labels'],
    nullable: true,
    description:
      'What is compared with: answers to held-out rows; or, of packages without them, the labels of training, which are shown and not tested.',
  })
  source: 'predictions' | 'training-labels' | null;
}

/** How probable the winning class is. */
export class ConfidenceDrift extends AnswerDrift {
  @ApiProperty({ enum: ['predictions'], nullable: true, description: 'Null: the package has no reference.' })
  source: 'predictions' | null;
}

export class PredictionDrift {
  @ApiProperty({ type: ClassDrift })
  classes: ClassDrift;

  @ApiProperty({ type: ConfidenceDrift })
  confidence: ConfidenceDrift;
}

/** What a window says. */
export class DriftVerdict {
  @ApiProperty({ type: [FeatureDrift] })
  features: FeatureDrift[];

  @ApiProperty({ type: PredictionDrift })
  predictions: PredictionDrift;
}
