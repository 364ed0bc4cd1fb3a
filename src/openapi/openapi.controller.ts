import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Controller, Get, Header, Inject, Param, Res } from '@nestjs/common';
import { ApiExcludeController, type OpenAPIObject } from '@nestjs/swagger';
import type { Response } from 'express';
import { API_PREFIX } from '../core/api.js';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { TensornestError } from '../core/errors.js';
import { docsPage, START_SCRIPT } from './docs-page.js';
import { OpenApiService } from './openapi.service.js';

const SWAGGER_UI = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
/** The files of Swagger UI that the page asks for; the package holds more. */
const ASSETS = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']);

/** The OpenAPI document, and Swagger UI for it. */
@ApiExcludeController()
@Controller()
export class OpenApiController {
  constructor(
    private readonly openApi: OpenApiService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get(`${API_PREFIX}/openapi.json`)
  document(): OpenAPIObject {
    return this.openApi.document();
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  page(): string {
    return docsPage(this.config.serverName);
  }

  @Get('docs/start.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): string {
    return START_SCRIPT;
  }

  @Get('docs/:asset')
  asset(@Param('asset') asset: string, @Res() response: Response): void {
    if (!ASSETS.has(asset)) throw new TensornestError('not-found', `There is no /docs/${asset}.`);
    response.sendFile(asset, { root: SWAGGER_UI, maxAge: '1 day' });
  }
}
