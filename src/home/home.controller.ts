import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { TensornestError } from '../core/errors.js';
import { PAGE_FILE, type PageFile, readPageFiles } from './page-files.js';

/** The names of the assets hold their digests, so that what has a name never changes. */
const FOREVER = 'public, max-age=31536000, immutable';

/**
 * `/`: the playground for people, and the liveness answer that other services' clients look for there. The page itself
 * holds nothing of the models and needs no key: it asks the API, as any client does.
 */
@ApiExcludeController()
@Controller()
export class HomeController {
  private read: ReadonlyMap<string, PageFile> | undefined;

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  /** Read when a page is first wanted: most processes are never asked for one. */
  private get files(): ReadonlyMap<string, PageFile> {
    this.read ??= readPageFiles(this.config.serverName);
    return this.read;
  }

  @Get()
  home(@Req() request: Request, @Res() response: Response): void {
    response.vary('Accept');
    if (request.accepts(['json', 'html']) !== 'html') {
      response.json({ status: 'alive' });
      return;
    }
    const page = this.files.get(PAGE_FILE);
    if (page === undefined) throw new TensornestError('not-found', 'The page was not built: npm run build.');
    give(request, response, page, 'no-cache');
  }

  @Get('playground/:asset')
  asset(@Param('asset') asset: string, @Req() request: Request, @Res() response: Response): void {
    const file = asset === PAGE_FILE ? undefined : this.files.get(asset);
    if (file === undefined) throw new TensornestError('not-found', `There is no /playground/${asset}.`);
    give(request, response, file, FOREVER);
  }
}

function give(request: Request, response: Response, { type, plain, gzipped }: PageFile, cacheControl: string): void {
  const packed = request.acceptsEncodings(['gzip', 'identity']) === 'gzip';
  response.vary('Accept-Encoding');
  response.setHeader('cache-control', cacheControl);
  response.setHeader('content-type', type);
  if (packed) response.setHeader('content-encoding', 'gzip');
  response.end(packed ? gzipped : plain);
}
