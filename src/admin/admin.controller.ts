import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiBody, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { API_PREFIX } from '../core/api.js';
import { TensornestError } from '../core/errors.js';
import { ValidatedBody } from '../http/validated-body.pipe.js';
import { ModelRepository } from '../model/model-repository.js';
import { AliasTarget, RepositoryIndex } from './admin.dto.js';

/** Never a version, so that a path can hold either. */
const ALIAS = /^[a-z][a-z0-9_-]{0,63}$/;

/** Changes what is served. There only when `ADMIN_API=true`. */
@ApiTags('admin')
@Controller(API_PREFIX)
export class AdminController {
  constructor(private readonly repository: ModelRepository) {}

  @Get('repository/index')
  @ApiOperation({ operationId: 'indexRepository', summary: 'Every version in the store and where it stands' })
  @ApiOkResponse({ type: RepositoryIndex })
  index(): RepositoryIndex {
    return { models: this.repository.index() };
  }

  @Post('models/:name/versions/:version/load')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'loadVersion',
    summary: 'Load a version beside those that are served',
    description: 'Answers when every process has loaded it.',
  })
  @ApiNoContentResponse({ description: 'It is loaded.' })
  load(@Param('name') name: string, @Param('version') version: string): Promise<void> {
    return this.repository.change({ kind: 'load', name, version });
  }

  @Post('models/:name/versions/:version/unload')
  @HttpCode(204)
  @ApiOperation({ operationId: 'unloadVersion', summary: 'Take a version out of service' })
  @ApiNoContentResponse({ description: 'It gets no more requests; those that it has are answered.' })
  unload(@Param('name') name: string, @Param('version') version: string): Promise<void> {
    return this.repository.change({ kind: 'unload', name, version });
  }

  @Post('models/:name/versions/:version/activate')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'activateVersion',
    summary: 'Have a version answer the requests that name none',
    description: 'It answers every request that is sent after this one was answered, in every process.',
  })
  @ApiNoContentResponse({ description: 'It answers.' })
  activate(@Param('name') name: string, @Param('version') version: string): Promise<void> {
    return this.repository.change({ kind: 'activate', name, version });
  }

  @Delete('models/:name/active')
  @HttpCode(204)
  @ApiOperation({ operationId: 'followPolicy', summary: 'Return to the version that VERSION_POLICY chooses' })
  @ApiNoContentResponse({ description: 'The version that the policy chooses answers.' })
  followPolicy(@Param('name') name: string): Promise<void> {
    return this.repository.change({ kind: 'follow-policy', name });
  }

  @Put('models/:name/aliases/:alias')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'setAlias',
    summary: 'Have a name such as "stable" stand for a version',
    description: 'The version is loaded if need be. An alias takes the place of a version in every path.',
  })
  @ApiBody({ type: AliasTarget })
  @ApiNoContentResponse({ description: 'The alias stands for the version.' })
  setAlias(
    @Param('name') name: string,
    @Param('alias') alias: string,
    @Body(new ValidatedBody(AliasTarget)) { version }: AliasTarget,
  ): Promise<void> {
    if (!ALIAS.test(alias)) {
      throw new TensornestError(
        'bad-request',
        'An alias must begin with a lower-case letter and hold lower-case letters, digits, "_" or "-", 64 at most.',
      );
    }
    return this.repository.change({ kind: 'set-alias', name, alias, version });
  }

  @Delete('models/:name/aliases/:alias')
  @HttpCode(204)
  @ApiOperation({ operationId: 'removeAlias', summary: 'Remove an alias' })
  @ApiNoContentResponse({ description: 'The alias is gone.' })
  removeAlias(@Param('name') name: string, @Param('alias') alias: string): Promise<void> {
    return this.repository.change({ kind: 'remove-alias', name, alias });
  }
}
