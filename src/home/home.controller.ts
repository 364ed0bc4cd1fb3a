import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { ModelRegistry } from '../model/model-registry.js';
import { homePage } from './home-page.js';

/** `/`: a page for people, and the liveness answer that other services' clients look for there. */
@ApiExcludeController()
@Controller()
export class HomeController {
  constructor(
    private readonly registry: ModelRegistry,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get()
  home(@Req() request: Request, @Res() response: Response): void {
    response.vary('Accept');
    if (request.accepts(['json', 'html']) !== 'html') {
      response.json({ status: 'alive' });
      return;
    }
    const models = this.registry.slots().map(({ manifest }) => manifest);
    response.type('html').send(homePage(this.config.serverName, models));
  }
}
