import { Controller, Get, Header, Inject, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { ModelRegistry } from '../model/model-registry.js';
import { homePage, STYLE } from './home-page.js';

/** `/`: a page for people, and the liveness answer that other services' clients look for there. */
@ApiExcludeController()
@Controller()
export class HomeController {
  constructor(
    private readonly registry: ModelRegistry,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  private get guarded(): boolean {
    const { keysFile, tokens } = this.config.access;
    return keysFile !== null || tokens !== null;
  }

  @Get('home.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return STYLE;
  }

  @Get()
  home(@Req() request: Request, @Res() response: Response): void {
    response.vary('Accept');
    if (request.accepts(['json', 'html']) !== 'html') {
      response.json({ status: 'alive' });
      return;
    }
    // The page needs no key, and what is served is not for everybody where keys are needed.
    const models = this.guarded ? [] : this.registry.slots().map(({ manifest }) => manifest);
    response.type('html').send(homePage(this.config.serverName, models, this.guarded));
  }
}
