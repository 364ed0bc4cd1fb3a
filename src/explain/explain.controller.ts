import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { API_PREFIX } from '../core/api.js';
import { pointerStep } from '../core/json-pointer.js';
import { cancellationOf } from '../http/request-context.js';
import { ValidatedBody } from '../http/validated-body.pipe.js';
import { CounterfactualDto, ExplanationsDto, ImportanceDto, WhatIfDto } from './explain-answers.dto.js';
import { CounterfactualBody, ExplainBody, WhatIfBody } from './explain-bodies.dto.js';
import { ExplainService } from './explain.service.js';

/** A question is asked of the version that answers by default, or of the one that the path names. */
const paths = (verb: string) => [`:name/${verb}`, `:name/versions/:version/${verb}`];

const LOCATOR = {
  rows: '/inputs',
  at: (row: number, feature?: string) => `/inputs/${row}${feature === undefined ? '' : pointerStep(feature)}`,
};

/** Why a model answers as it does. */
@ApiTags('explanations')
@Controller(`${API_PREFIX}/models`)
export class ExplainController {
  constructor(private readonly explanations: ExplainService) {}

  @Post(paths('explain'))
  @HttpCode(200)
  @ApiOperation({
    operationId: 'explain',
    summary: 'How much each feature moved the probability of a class',
    description:
      'Shapley values against the background of the package; with the base value they sum to the probability.',
  })
  @ApiBody({ type: ExplainBody })
  @ApiOkResponse({ type: ExplanationsDto })
  explain(
    @Req() request: Request,
    @Body(new ValidatedBody(ExplainBody)) { inputs: rows, class: label, method }: ExplainBody,
    @Param('name') model: string,
    @Param('version') version?: string,
  ): Promise<ExplanationsDto> {
    const source = { rows: () => rows, locator: LOCATOR };
    return this.explanations.explain({
      model,
      version,
      source,
      label,
      method,
      cancellation: cancellationOf(request),
    });
  }

  @Post(paths('what-if'))
  @HttpCode(200)
  @ApiOperation({ operationId: 'whatIf', summary: 'What the model would say with other values of each feature' })
  @ApiBody({ type: WhatIfBody })
  @ApiOkResponse({ type: WhatIfDto })
  whatIf(
    @Req() request: Request,
    @Body(new ValidatedBody(WhatIfBody)) body: WhatIfBody,
    @Param('name') model: string,
    @Param('version') version?: string,
  ): Promise<WhatIfDto> {
    return this.explanations.whatIf({ model, version, cancellation: cancellationOf(request) }, body);
  }

  @Post(paths('counterfactual'))
  @HttpCode(200)
  @ApiOperation({
    operationId: 'counterfactual',
    summary: 'The smallest change that was found to change the class',
    description:
      'The fewest features first, then the nearest values. The changed row is predicted before it is answered.',
  })
  @ApiBody({ type: CounterfactualBody })
  @ApiOkResponse({ type: CounterfactualDto })
  counterfactual(
    @Req() request: Request,
    @Body(new ValidatedBody(CounterfactualBody)) body: CounterfactualBody,
    @Param('name') model: string,
    @Param('version') version?: string,
  ): Promise<CounterfactualDto> {
    return this.explanations.counterfactual({ model, version, cancellation: cancellationOf(request) }, body);
  }

  @Get(paths('importance'))
  @ApiOperation({
    operationId: 'importance',
    summary: 'How much each feature matters to the model, over its background',
  })
  @ApiOkResponse({ type: ImportanceDto })
  importance(@Param('name') model: string, @Param('version') version?: string): Promise<ImportanceDto> {
    return this.explanations.importance({ model, version });
  }
}
