import { ApiProperty } from '@nestjs/swagger';
import { WINDOW_MINUTES } from './recent-confidence.js';

const RATIO = { type: Number, minimum: 0, maximum: 1 } as const;
const RATIO_OR_NULL = { ...RATIO, nullable: true } as const;

export class LiveClassDto {
  @ApiProperty({ example: 'acc' })
  label: string;

  @ApiProperty(RATIO_OR_NULL)
  precision: number | null;

  @ApiProperty(RATIO_OR_NULL)
  recall: number | null;

  @ApiProperty(RATIO_OR_NULL)
  f1: number | null;

  @ApiProperty({ description: 'Labelled rows of this class.' })
  support: number;
}

export class IntervalDto {
  @ApiProperty(RATIO)
  lower: number;

  @ApiProperty(RATIO)
  upper: number;
}

export class LiveBinDto {
  @ApiProperty({ ...RATIO, description: 'Mean confidence of the rows.' })
  confidence: number;

  @ApiProperty(RATIO)
  accuracy: number;

  @ApiProperty()
  rows: number;
}

export class LiveCalibrationDto {
  @ApiProperty({
    ...RATIO,
    description: 'Mean distance between confidence and accuracy over the bins, weighted by their rows.',
  })
  expectedCalibrationError: number;

  @ApiProperty({ type: [LiveBinDto], description: 'Ten bins of equal width; empty ones are left out.' })
  reliability: readonly LiveBinDto[];
}

/** How well the version did on the rows whose true class is known by now. */
export class LiveQualityDto {
  @ApiProperty({ description: 'Rows that have a label.' })
  rows: number;

  @ApiProperty(RATIO)
  accuracy: number;

  @ApiProperty({ type: IntervalDto, description: "Wilson's score interval of the accuracy, 95 %." })
  interval: IntervalDto;

  @ApiProperty({ type: [LiveClassDto] })
  perClass: readonly LiveClassDto[];

  @ApiProperty({
    type: 'array',
    items: { type: 'array', items: { type: 'integer' } },
    description: 'Rows: true class; columns: predicted class; in the order of perClass.',
  })
  confusionMatrix: readonly (readonly number[])[];

  @ApiProperty({ type: LiveCalibrationDto })
  calibration: LiveCalibrationDto;
}

/** An estimate, without any label: what the accuracy would be if the model's confidence could be taken at its word. */
export class EstimatedQualityDto {
  @ApiProperty({ enum: [true], description: 'Nobody has checked these rows.' })
  estimate: true;

  @ApiProperty({ ...RATIO, description: 'Mean probability of the class that won.' })
  accuracy: number;

  @ApiProperty({ description: 'Rows that were predicted within the window.' })
  rows: number;

  @ApiProperty({ example: WINDOW_MINUTES })
  windowMinutes: number;

  @ApiProperty({
    ...RATIO_OR_NULL,
    description:
      'How far the confidence was off on held-out rows, from the package: the estimate is no better than that. Null where it was not measured.',
  })
  expectedCalibrationError: number | null;
}

export class VersionQualityDto {
  @ApiProperty({ example: '2.0.0' })
  version: string;

  @ApiProperty({ type: LiveQualityDto, nullable: true, description: 'Null before the first label.' })
  live: LiveQualityDto | null;

  @ApiProperty({ type: EstimatedQualityDto, nullable: true, description: 'Null without recent predictions.' })
  estimated: EstimatedQualityDto | null;
}

export class ModelQuality {
  @ApiProperty({ example: 'car-evaluation' })
  model: string;

  @ApiProperty({ description: 'Whether labels are taken (FEEDBACK).' })
  feedback: boolean;

  @ApiProperty({ type: [VersionQualityDto], description: 'The versions of which anything is known.' })
  versions: readonly VersionQualityDto[];
}
