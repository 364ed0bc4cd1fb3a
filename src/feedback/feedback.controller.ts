import { Body, Controller, Get, HttpCode, Param, Post, type Type } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { API_PREFIX } from '../core/api.js';
import { type InputProblem, TensornestError } from '../core/errors.js';
import { ApiProblems } from '../http/problem.dto.js';
import { ValidatedBody } from '../http/validated-body.pipe.js';
import { FeedbackBody, FeedbackItem, FeedbackItems, FeedbackResult, FeedbackResults } from './feedback.dto.js';
import { resultOf, soleResultOf } from './feedback-answer.js';
import { FeedbackService } from './feedback.service.js';
import { ModelQuality } from './quality.dto.js';

const UNAVAILABLE = 'The store cannot be used: see Retry-After.';

const oneOf = (...types: readonly Type[]) => ({ oneOf: types.map((type) => ({ $ref: getSchemaPath(type) })) });

/** What became of predictions. */
@ApiTags('feedback')
@ApiExtraModels(FeedbackItem, FeedbackItems, FeedbackResult, FeedbackResults)
@Controller(API_PREFIX)
export class FeedbackController {
  constructor(private readonly feedback: FeedbackService) {}

  @Post('feedback')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'sendFeedback',
    summary: 'The class that a row turned out to be, or those of many rows',
    description: 'A key labels the predictions that were made for it; one with the scope admin labels those of all.',
  })
  @ApiBody({ schema: oneOf(FeedbackItem, FeedbackItems) })
  @ApiOkResponse({
    schema: oneOf(FeedbackResult, FeedbackResults),
    description: 'For one row its result; under items a result for each row, in their order.',
  })
  @ApiProblems({
    404: 'There is no such row of a prediction of yours.',
    409: 'The row has another label, which stands.',
    410: 'The prediction is kept no longer.',
    501: 'Feedback is off.',
    503: UNAVAILABLE,
  })
  async send(@Body(new ValidatedBody(FeedbackBody)) body: FeedbackBody): Promise<FeedbackResult | FeedbackResults> {
    const items = itemsOf(body);
    const judged = await this.feedback.label(items);
    if (body.items === undefined) return soleResultOf(items[0]!, judged[0]!);
    return { items: items.map((item, at) => resultOf(item, judged[at]!)) };
  }

  @Get('models/:name/feedback')
  @ApiOperation({
    operationId: 'getModelFeedback',
    summary: 'How well each version does: live, from labels, and estimated, without any',
  })
  @ApiOkResponse({ type: ModelQuality })
  @ApiProblems({ 503: UNAVAILABLE })
  quality(@Param('name') name: string): Promise<ModelQuality> {
    return this.feedback.quality(name);
  }
}

function itemsOf({ id, label, replace = false, items }: FeedbackBody): readonly FeedbackItem[] {
  if (items === undefined) return [{ id: id!, label: label!, replace }];
  const beside = Object.entries({ id, label, replace: replace || undefined }).filter(
    ([, value]) => value !== undefined,
  );
  if (beside.length === 0) return items;
  const problems = beside.map(([name]): InputProblem => ({
    pointer: `/${name}`,
    code: 'unknown-field',
    message: 'must not stand beside "items"',
  }));
  throw new TensornestError('invalid-input', `${problems[0]!.pointer} ${problems[0]!.message}.`, { problems });
}
