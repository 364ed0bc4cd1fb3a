import { Body, Controller, Delete, Get, Param, Post } from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { API_PREFIX } from '../core/api.js';
import { ApiProblems } from '../http/problem.dto.js';
import { ValidatedBody } from '../http/validated-body.pipe.js';
import { RolloutRequest } from './rollout-request.dto.js';
import { RolloutStatus } from './rollout-status.dto.js';
import { RolloutService } from './rollout.service.js';

/** Tries a version on live traffic before it answers alone. There only when `ADMIN_API=true`. */
@ApiTags('admin')
@Controller(`${API_PREFIX}/models/:name/rollout`)
export class RolloutController {
  constructor(private readonly rollouts: RolloutService) {}

  @Post()
  @ApiOperation({
    operationId: 'startRollout',
    summary: 'Try a version beside the one that answers',
    description:
      'Only requests that name no version take part. The version that answers becomes the active one, so that a newer candidate does not take over by being loaded; it stays so after a rollout that was not promoted.',
  })
  @ApiBody({ type: RolloutRequest })
  @ApiCreatedResponse({ type: RolloutStatus })
  @ApiProblems({
    404: 'Unknown model or version.',
    409: 'A rollout is running, or the candidate answers already.',
    422: 'The candidate was refused, or takes other inputs or gives other classes.',
  })
  start(
    @Param('name') name: string,
    @Body(new ValidatedBody(RolloutRequest)) request: RolloutRequest,
  ): Promise<RolloutStatus> {
    return this.rollouts.start(name, request);
  }

  @Get()
  @ApiOperation({ operationId: 'getRollout', summary: 'The running rollout, or how the last one ended' })
  @ApiOkResponse({ type: RolloutStatus })
  @ApiProblems({ 404: 'Unknown model, or one that never had a rollout.' })
  status(@Param('name') name: string): Promise<RolloutStatus> {
    return this.rollouts.status(name);
  }

  @Delete()
  @ApiOperation({
    operationId: 'abortRollout',
    summary: 'End the running rollout',
    description: 'The candidate gets no more requests, and is unloaded unless something else asks for it.',
  })
  @ApiOkResponse({ type: RolloutStatus })
  @ApiProblems({ 404: 'Unknown model, or no rollout is running.' })
  abort(@Param('name') name: string): Promise<RolloutStatus> {
    return this.rollouts.abort(name);
  }
}
