import { Controller, Get, Headers, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { Registry } from 'prom-client';
import { MetricBook } from './metric-book.js';

/** Where Prometheus and its like look. A client that names OpenMetrics gets it. */
@ApiExcludeController()
@Controller('metrics')
export class MetricsController {
  constructor(private readonly book: MetricBook) {}

  @Get()
  async scrape(@Headers('accept') accept: string | undefined, @Res() response: Response): Promise<void> {
    const open = accept?.includes('application/openmetrics-text') === true;
    const contentType = open ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
    const text = await this.book.scrape(contentType);
    response.set({ 'Content-Type': contentType, 'Cache-Control': 'no-store', Vary: 'Accept' }).end(text);
  }
}
