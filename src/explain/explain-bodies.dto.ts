import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsDefined,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import type { ExplainMethod } from '../core/explanation.js';
import { METHODS } from './explain-answers.dto.js';

/** May be left out. Unlike `IsOptional` it does not let null stand for that: the schema has no null. */
const IfGiven = () => ValidateIf((_body, value) => value !== undefined);

/** Most rows that one request explains. */
const MOST_ROWS = 100;

export class ExplainBody {
  @ApiProperty({
    type: 'array',
    items: { type: 'object' },
    minItems: 1,
    maxItems: MOST_ROWS,
    description: 'The rows to explain, as for a prediction.',
  })
  @ArrayMaxSize(MOST_ROWS, { message: `must hold at most ${MOST_ROWS} rows` })
  @ArrayMinSize(1, { message: 'must hold at least one row' })
  @IsArray({ message: 'must be a list of rows' })
  @IsDefined({ message: 'is required: a list of rows' })
  inputs: unknown[];

  @ApiProperty({ required: false, description: 'Label of the class to explain; else the one that wins.' })
  @IsString({ message: 'must be the label of a class' })
  @IfGiven()
  class?: string;

  @ApiProperty({ required: false, enum: METHODS, description: 'Else exact where EXPLAIN_ROWS allows it.' })
  @IsIn(METHODS, { message: `must be one of ${METHODS.map((method) => `"${method}"`).join(', ')}` })
  @IfGiven()
  method?: ExplainMethod;
}

class OneRow {
  @ApiProperty({ type: Object, description: 'A row, as for a prediction.' })
  @IsObject({ message: 'must be an object with a value for each field' })
  @IsDefined({ message: 'is required: a row' })
  input: Record<string, unknown>;
}

export class WhatIfBody extends OneRow {
  @ApiProperty({ type: [String], required: false, description: 'Names of features; else all of them.' })
  @IsString({ each: true, message: 'must list names of features' })
  @IsArray({ message: 'must be a list of names' })
  @IfGiven()
  features?: string[];
}

/** Most features that a counterfactual may change. */
const MOST_CHANGES = 5;

export class CounterfactualBody extends OneRow {
  @ApiProperty({ required: false, description: 'Label of the class that is to win; else any other than now.' })
  @IsString({ message: 'must be the label of a class' })
  @IfGiven()
  target?: string;

  @ApiProperty({ type: [String], required: false, description: 'Names of features that must stay as they are.' })
  @IsString({ each: true, message: 'must list names of features' })
  @IsArray({ message: 'must be a list of names' })
  @IfGiven()
  frozen?: string[];

  @ApiProperty({ type: 'integer', required: false, default: 3, minimum: 1, maximum: MOST_CHANGES })
  @Max(MOST_CHANGES, { message: `must be at most ${MOST_CHANGES}` })
  @Min(1, { message: 'must be at least 1' })
  @IsInt({ message: 'must be a whole number' })
  @IfGiven()
  maxChanges = 3;
}
