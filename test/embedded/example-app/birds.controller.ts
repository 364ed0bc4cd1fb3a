import { Body, Controller, Get, HttpCode, Post, UseFilters } from '@nestjs/common';
import { ModelCatalogue, PredictionService, TensornestErrorFilter } from '../../../src/index.js';

type Species = 'Adelie' | 'Chinstrap' | 'Gentoo';

/** A route of the application's own that asks a model. */
@Controller('birds')
export class BirdsController {
  constructor(
    private readonly predictions: PredictionService,
    private readonly models: ModelCatalogue,
  ) {}

  @Post('species')
  @HttpCode(200)
  @UseFilters(TensornestErrorFilter)
  async species(@Body() bird: Record<string, string | number>): Promise<{ species: Species; certainty: number }> {
    const { results } = await this.predictions.predict<Species>({ model: 'penguins', inputs: [bird] });
    const { label, probability } = results[0]!;
    return { species: label, certainty: probability };
  }

  @Get('model')
  model(): { name: string; version: string | undefined } {
    const { name, current } = this.models.describe('penguins');
    return { name, version: current?.version };
  }
}
