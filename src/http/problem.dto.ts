import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiResponse } from '@nestjs/swagger';
import type { InputProblem } from '../core/errors.js';
import { PROBLEM_JSON, type ProblemDetails } from './problem-details.js';

/** `InputProblem` for the OpenAPI document. */
export class Problem implements InputProblem {
  @ApiProperty({ description: 'RFC 6901 JSON pointer to the value.', example: '/inputs/0/buying' })
  pointer: string;

  @ApiProperty({ type: String, example: 'not-allowed' })
  code: InputProblem['code'];

  @ApiProperty({ example: 'must be one of "vhigh", "high", "med", "low"; did you mean "high"?' })
  message: string;

  @ApiProperty({ type: [String], required: false, description: 'The accepted values, where they can be listed.' })
  allowed?: string[];

  @ApiProperty({ required: false, description: 'The accepted value closest to what was sent.', example: 'high' })
  nearest?: string;
}

/** `ProblemDetails` for the OpenAPI document. */
export class ProblemDetailsDto implements ProblemDetails {
  @ApiProperty({ description: 'Stable URI reference of the kind of problem.', example: '/problems/invalid-input' })
  type: string;

  @ApiProperty({ example: 'Invalid input' })
  title: string;

  @ApiProperty({ example: 400 })
  status: number;

  @ApiProperty({ example: '/inputs/0/buying must be one of "vhigh", "high", "med", "low".' })
  detail: string;

  @ApiProperty({ description: 'The request id.', example: '3f0c9f5e-8f6f-4a39-9c63-2a3b0f6f2a11' })
  instance: string;

  @ApiProperty({ type: [Problem], required: false, description: 'Every problem of the input.' })
  errors?: Problem[];

  @ApiProperty({ required: false, description: 'Milliseconds after which to try again.', example: 1_000 })
  retryAfterMs?: number;
}

/** OpenAPI responses for the given statuses, all of them problem details. */
export function problemResponses(statuses: Readonly<Record<number, string>>): Record<string, object> {
  const content = { [PROBLEM_JSON]: { schema: { $ref: `#/components/schemas/${ProblemDetailsDto.name}` } } };
  return Object.fromEntries(
    Object.entries(statuses).map(([status, description]) => [status, { description, content }]),
  );
}

/** The same on the method of a controller. */
export function ApiProblems(statuses: Readonly<Record<number, string>>): MethodDecorator {
  const answers = Object.entries(problemResponses(statuses));
  return applyDecorators(...answers.map(([status, answer]) => ApiResponse({ status: Number(status), ...answer })));
}
