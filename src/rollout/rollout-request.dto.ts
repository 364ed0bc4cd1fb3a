import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsDefined,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsPositive,
  IsSemVer,
  IsString,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { type GateThresholds, ROLLOUT_MODES, type RolloutMode } from '../core/rollout.js';

const ON_PASS = ['promote', 'hold'] as const;
const ON_FAIL = ['rollback', 'hold'] as const;

/** A field name of RFC 9110, section 5.1. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;

const SHARE = { message: 'must be a number from 0 to 1' };
const PERCENT = { message: 'must be a number above 0 and up to 100' };

const SHARE_SCHEMA = { type: Number, required: false, minimum: 0, maximum: 1 } as const;

// Decorators run from the bottom up, so the broadest rule of each field stands last.

/** What the candidate has to show. */
export class GateRequest implements GateThresholds {
  @ApiProperty({
    type: 'integer',
    required: false,
    default: 1_000,
    minimum: 1,
    description: 'Rows that both versions must have answered before the gate passes.',
  })
  @Max(1_000_000_000, { message: 'must be at most 1000000000' })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number of rows' })
  minRows = 1_000;

  @ApiProperty({ ...SHARE_SCHEMA, default: 0.98, description: 'Least share of rows with the same class, 0 to 1.' })
  @Max(1, SHARE)
  @Min(0, SHARE)
  @IsNumber({}, SHARE)
  minAgreement = 0.98;

  @ApiProperty({
    ...SHARE_SCHEMA,
    default: 0.001,
    description: 'Largest share of rows that the candidate may fail to answer, 0 to 1.',
  })
  @Max(1, SHARE)
  @Min(0, SHARE)
  @IsNumber({}, SHARE)
  maxErrorRate = 0.001;

  @ApiProperty({
    type: Number,
    required: false,
    default: 1.5,
    description: "Largest ratio of the candidate's median inference time per row to the current version's.",
  })
  @IsPositive({ message: 'must be a number above 0' })
  @IsNumber({}, { message: 'must be a number above 0' })
  maxLatencyRatio = 1.5;

  @ApiProperty({
    type: 'integer',
    required: false,
    default: 0,
    minimum: 0,
    description:
      'Labelled rows that each version must have before the gate passes; 0 asks for none. Above that it takes a canary and FEEDBACK=true. ' +
      'Whatever this is, a candidate whose live accuracy is significantly worse fails, once each version has 30 labels.',
  })
  @Max(1_000_000_000, { message: 'must be at most 1000000000' })
  @Min(0, { message: 'must be at least 0' })
  @IsInt({ message: 'must be a whole number of labels' })
  minLabels = 0;
}

/** A rollout to begin. */
export class RolloutRequest {
  @ApiProperty({ example: '2.0.0', description: 'Exact version. It is loaded if need be.' })
  @IsSemVer({ message: 'must be an exact version such as 2.0.0' })
  @IsDefined({ message: 'is required: the version to try, such as 2.0.0' })
  candidate: string;

  @ApiProperty({
    enum: ROLLOUT_MODES,
    description: 'shadow asks the candidate after the answer was sent; canary has it answer a share of the requests.',
  })
  @IsIn(ROLLOUT_MODES, { message: `must be one of ${ROLLOUT_MODES.join(', ')}` })
  @IsDefined({ message: `is required: one of ${ROLLOUT_MODES.join(', ')}` })
  mode: RolloutMode;

  @ApiProperty({
    type: Number,
    nullable: true,
    required: false,
    description:
      'Share of the requests that take part, above 0 and up to 100. Default: 100 in shadow mode, 5 in canary mode.',
  })
  @Max(100, PERCENT)
  @IsPositive(PERCENT)
  @IsNumber({}, PERCENT)
  @IsOptional()
  percent?: number | null;

  @ApiProperty({
    type: String,
    nullable: true,
    required: false,
    example: 'x-user',
    description:
      'Header whose value decides which requests take part. Without it, and in requests that lack it, the request id does.',
  })
  @Matches(HEADER_NAME, { message: 'must be the name of a header such as x-user' })
  @IsString({ message: 'must be the name of a header such as x-user' })
  @IsOptional()
  stickyHeader?: string | null;

  @ApiProperty({ type: GateRequest, required: false })
  @ValidateNested()
  @Type(() => GateRequest)
  @IsObject({ message: 'must be an object such as {"minRows": 1000}' })
  gate = new GateRequest();

  @ApiProperty({ enum: ON_PASS, default: 'hold', description: 'promote: the candidate answers from then on.' })
  @IsIn(ON_PASS, { message: `must be one of ${ON_PASS.join(', ')}` })
  onPass: (typeof ON_PASS)[number] = 'hold';

  @ApiProperty({ enum: ON_FAIL, default: 'rollback', description: 'rollback: the candidate is taken out of service.' })
  @IsIn(ON_FAIL, { message: `must be one of ${ON_FAIL.join(', ')}` })
  onFail: (typeof ON_FAIL)[number] = 'rollback';
}
