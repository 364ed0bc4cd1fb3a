import { Inject, Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { OUTCOMES, type Outcomes } from '../core/ports/outcomes.js';

/** Says of feedback when predictions cannot be kept for it: an impairment, which costs no prediction its answer. */
@Injectable()
export class FeedbackHealth {
  constructor(
    private readonly indicators: HealthIndicatorService,
    @Inject(OUTCOMES) private readonly outcomes: Outcomes,
  ) {}

  checks(): HealthIndicatorResult[] {
    const { fault } = this.outcomes;
    if (fault === undefined) return [];
    return [this.indicators.check('feedback').degraded(`Predictions cannot be kept for feedback: ${fault}.`)];
  }
}
