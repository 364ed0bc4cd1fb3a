import { ApiProperty } from '@nestjs/swagger';
import type { Contribution, ExplainMethod, Explanation } from '../core/explanation.js';

export const METHODS = ['exact', 'sampled'] as const satisfies readonly ExplainMethod[];

class ContributionDto implements Contribution {
  @ApiProperty({ example: 'safety' })
  feature: string;

  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }], example: 'high' })
  value: unknown;

  @ApiProperty({ description: 'In units of probability.', example: 0.24 })
  contribution: number;

  @ApiProperty({ required: false, description: 'Of the contribution, where it is sampled.' })
  standardError?: number;
}

class ExplanationDto implements Explanation {
  @ApiProperty({ description: 'The explained class.', example: 'acc' })
  label: string;

  @ApiProperty({ description: 'Of that class: the base value plus all contributions.' })
  probability: number;

  @ApiProperty({ description: 'Mean probability of that class over the background of the package.' })
  baseValue: number;

  @ApiProperty({ enum: METHODS })
  method: ExplainMethod;

  @ApiProperty({ type: [ContributionDto], description: 'Shapley values, in the order of the signature.' })
  contributions: readonly ContributionDto[];
}

export class ExplanationsDto {
  @ApiProperty({ example: 'car-evaluation' })
  model: string;

  @ApiProperty({ example: '2.0.0' })
  version: string;

  @ApiProperty({ description: 'Rows that the base values were taken over.' })
  backgroundRows: number;

  @ApiProperty({ type: [ExplanationDto], description: 'One for each row.' })
  explanations: readonly ExplanationDto[];
}

/** A body about one row. */
class ResponseCurve {
  @ApiProperty({ example: 'safety' })
  feature: string;

  @ApiProperty({ enum: ['categorical', 'number'] })
  kind: 'categorical' | 'number';

  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }], description: 'What the row has.' })
  current: unknown;

  @ApiProperty({
    type: 'array',
    items: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    description: 'The values that were tried: every category, or up to 50 points of the range that training saw.',
  })
  values: readonly (string | number)[];

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'number' } },
    description: 'For each class, its probability at each of the values.',
  })
  probabilities: Record<string, number[]>;
}

export class WhatIfDto {
  @ApiProperty()
  model: string;

  @ApiProperty()
  version: string;

  @ApiProperty({ type: [ResponseCurve] })
  features: ResponseCurve[];
}

class ClassProbability {
  @ApiProperty({ example: 'acc' })
  label: string;

  @ApiProperty({ example: 0.93 })
  probability: number;
}

class ChangeDto {
  @ApiProperty({ example: 'safety' })
  feature: string;

  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }], example: 'low' })
  from: unknown;

  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'number' }], example: 'high' })
  to: string | number;
}

export class CounterfactualDto {
  @ApiProperty()
  model: string;

  @ApiProperty()
  version: string;

  @ApiProperty({ description: 'Whether a change was found. Where it is false nothing is claimed but that.' })
  found: boolean;

  @ApiProperty({ type: ClassProbability, description: 'What wins now.' })
  from: ClassProbability;

  @ApiProperty({ type: ClassProbability, required: false, description: 'What wins after the change, predicted anew.' })
  to?: ClassProbability;

  @ApiProperty({ type: [ChangeDto], required: false, description: 'As few as were found, and the nearest of those.' })
  changes?: ChangeDto[];

  @ApiProperty({ type: Object, required: false, description: 'The changed row.' })
  input?: Record<string, unknown>;

  @ApiProperty({ required: false, description: 'Every smaller change, and every one of this size, was tried.' })
  exhaustive?: boolean;
}

class Importance {
  @ApiProperty({ example: 'safety' })
  feature: string;

  @ApiProperty({ description: 'Mean size of its contribution to the class that wins, in units of probability.' })
  importance: number;
}

export class ImportanceDto {
  @ApiProperty()
  model: string;

  @ApiProperty()
  version: string;

  @ApiProperty({ enum: METHODS })
  method: ExplainMethod;

  @ApiProperty({ type: [Importance], description: 'Largest first.' })
  features: Importance[];
}
