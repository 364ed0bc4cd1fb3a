import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsDefined,
  IsString,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';

const MOST_ITEMS = 1_000;
const LONGEST = 256;

/** May be left out; null does not stand for that. */
const IfGiven = () => ValidateIf((_body, value) => value !== undefined);
const IfAlone = () => ValidateIf(({ items }: { items?: unknown }) => items === undefined);

const ID = {
  example: '019ac6a5-3c1e-7000-9f6b-2d8e41c07a35/0',
  description: 'Id of the prediction, and behind it the place of the row in its request; without that the first row.',
};
const LABEL = { example: 'acc', description: 'The class that it turned out to be.' };
const REPLACE = {
  type: Boolean,
  required: false,
  default: false,
  description: 'Takes the place of another label that the row has already; without it the first label stands.',
};
const TEXT = { message: 'must be text' };
const TOO_LONG = { message: `must be at most ${LONGEST} characters` };

// Decorators run from the bottom up, so the broadest rule of each field stands last.

/** What became of one row. */
export class FeedbackItem {
  @ApiProperty(ID)
  @MaxLength(LONGEST, TOO_LONG)
  @IsString(TEXT)
  @IsDefined({ message: 'is required: the id of a prediction' })
  id: string;

  @ApiProperty(LABEL)
  @MaxLength(LONGEST, TOO_LONG)
  @IsString(TEXT)
  @IsDefined({ message: 'is required: the label of a class' })
  label: string;

  @ApiProperty(REPLACE)
  @IsBoolean({ message: 'must be true or false' })
  @IfGiven()
  replace = false;
}

/** What became of many rows. */
export class FeedbackItems {
  @ApiProperty({ type: [FeedbackItem], minItems: 1, maxItems: MOST_ITEMS })
  items: FeedbackItem[];
}

/** A `FeedbackItem` or `FeedbackItems`: which of them it is decides what it must hold. */
export class FeedbackBody {
  @MaxLength(LONGEST, TOO_LONG)
  @IsString(TEXT)
  @IsDefined({ message: 'is required: the id of a prediction, or a list of "items"' })
  @IfAlone()
  id?: string;

  @MaxLength(LONGEST, TOO_LONG)
  @IsString(TEXT)
  @IsDefined({ message: 'is required: the label of a class' })
  @IfAlone()
  label?: string;

  @IsBoolean({ message: 'must be true or false' })
  @IfGiven()
  replace?: boolean;

  @ValidateNested()
  @Type(() => FeedbackItem)
  @ArrayMaxSize(MOST_ITEMS, { message: `must hold at most ${MOST_ITEMS} items` })
  @ArrayMinSize(1, { message: 'must hold at least one item' })
  @IsArray({ message: 'must be a list' })
  @IfGiven()
  items?: FeedbackItem[];
}

export const STATUSES = ['recorded', 'repeated', 'replaced', 'conflict', 'unknown', 'late', 'invalid'] as const;
export type FeedbackStatus = (typeof STATUSES)[number];

/** What a label was taken for. */
export class FeedbackResult {
  @ApiProperty(ID)
  id: string;

  @ApiProperty({
    enum: STATUSES,
    description:
      'recorded; repeated: the row had this label; replaced: it had another one; conflict: it has another one, which stands; ' +
      'unknown: there is no such prediction of yours; late: it is kept no longer; invalid: no id, or no class of the model.',
  })
  status: FeedbackStatus;

  @ApiProperty({ required: false, example: 'car-evaluation' })
  model?: string;

  @ApiProperty({ required: false, example: '2.0.0' })
  version?: string;

  @ApiProperty({ required: false, example: 'acc', description: 'What the model had answered.' })
  predicted?: string;

  @ApiProperty({ required: false, description: 'Whether that is the label which the row has now.' })
  correct?: boolean;

  @ApiProperty({ required: false, description: 'Why nothing was recorded.' })
  detail?: string;
}

/** Of one row that of the row itself; of many a result for each, in their order. */
export class FeedbackResults {
  @ApiProperty({ type: [FeedbackResult] })
  items: readonly FeedbackResult[];
}
