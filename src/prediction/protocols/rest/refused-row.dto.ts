import { ApiProperty } from '@nestjs/swagger';
import { Problem } from '../../../http/problem.dto.js';
import type { RefusedRow } from './sifted-rows.js';

/** `RefusedRow` for the OpenAPI document. */
export class RefusedRowDto implements RefusedRow {
  @ApiProperty({ description: 'Its place in the request.', example: 3 })
  row: number;

  @ApiProperty({ type: [Problem] })
  problems: Problem[];
}
