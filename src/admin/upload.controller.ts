import { Controller, HttpCode, Inject, Param, Put, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiNoContentResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { API_PREFIX } from '../core/api.js';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { TensornestError, unknownModel } from '../core/errors.js';
import { mayUseModel } from '../core/request-scope.js';
import { inviteBody } from '../http/continue.js';
import { takeYourTime } from '../http/parser-errors.js';
import { queryOf } from '../http/query.js';
import { TARBALL_TYPES } from '../http/tarball-body.js';
import { ModelLifecycle } from '../model/model-lifecycle.js';
import { ModelRepository } from '../model/model-repository.js';
import { TARBALL_LIMITS } from '../model/package/tarball-reader.js';
import { stageTarball } from '../model/store/staging.js';

/** Takes packages in. There only when `ADMIN_API=true`. */
@ApiTags('admin')
@Controller(API_PREFIX)
export class UploadController {
  constructor(
    private readonly lifecycle: ModelLifecycle,
    private readonly repository: ModelRepository,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Put('models/:name/versions/:version')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'uploadVersion',
    summary: 'Upload a package and have it answer',
    description:
      'The body is a tarball as `tensornest model pack` writes it. It is staged beside the models, verified, renamed into its place and activated. Whatever is wrong with it, nothing of it stays, and what was served is served on.',
  })
  @ApiConsumes(...TARBALL_TYPES)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiQuery({
    name: 'activate',
    required: false,
    enum: ['true', 'false'],
    description: 'Default: true. With false the version that answers now answers on, and the new one waits.',
  })
  @ApiNoContentResponse({ description: 'It is in the store and, unless that was not wanted, answers.' })
  async upload(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Param('name') name: string,
    @Param('version') version: string,
  ): Promise<void> {
    if (!mayUseModel(name)) throw unknownModel(name);
    if (!request.is([...TARBALL_TYPES])) {
      const message = `Send the package as Content-Type: ${TARBALL_TYPES[0]}.`;
      throw new TensornestError('unsupported-media-type', message);
    }
    takeYourTime(request, this.config.edge.bodyMs);
    inviteBody(request, response);
    const { dir, requireSignature } = this.config.models;
    const { packageBytes: maxBytes } = this.config.limits;
    const limits = { ...TARBALL_LIMITS, packedBytes: this.config.limits.uploadBytes };
    const expected = { name, version };
    const staged = await stageTarball(dir, request, { limits, requireSignature, maxBytes, expected }).catch(
      (error: unknown) => {
        throw request.complete ? error : brokenOff(error);
      },
    );
    const answer = queryOf(request).get('activate') !== 'false';
    try {
      await this.lifecycle.rehearse(staged.contents);
      if (!answer) await this.repository.hold(name);
      await staged.install();
    } finally {
      await staged.discard();
    }
    await this.repository.takeOver(expected, answer);
  }
}

/** What our own checks refuse before the end of the body is their word; everything else is the client's leaving. */
function brokenOff(error: unknown): unknown {
  if (error instanceof TensornestError) return error;
  return new TensornestError('bad-request', 'The upload broke off before its end.', { cause: error });
}
