import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { API_PREFIX } from '../core/api.js';
import { ApiProblems } from '../http/problem.dto.js';
import { ModelDrift } from './drift.dto.js';
import { DriftService } from './drift.service.js';

@ApiTags('models')
@Controller(`${API_PREFIX}/models/:name/drift`)
export class DriftController {
  constructor(private readonly drift: DriftService) {}

  @Get()
  @ApiOperation({
    operationId: 'getDrift',
    summary: 'How the traffic of each version stands to its training',
    description: 'Of the last complete window, of all processes together, up to a second old.',
  })
  @ApiOkResponse({ type: ModelDrift })
  @ApiProblems({ 404: 'Unknown model.' })
  of(@Param('name') name: string): Promise<ModelDrift> {
    return this.drift.of(name);
  }
}
