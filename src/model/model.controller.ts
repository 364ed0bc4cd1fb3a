import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { API_PREFIX } from '../core/api.js';
import type { TensornestError } from '../core/errors.js';
import { ModelDetail, ModelList, type ModelSummary, VersionDetail, type VersionSummary } from './model.dto.js';
import { ModelRegistry, type VersionStatus } from './model-registry.js';

/** What is served, and what the packages say of it. */
@ApiTags('models')
@Controller(`${API_PREFIX}/models`)
export class ModelController {
  constructor(private readonly registry: ModelRegistry) {}

  @Get()
  @ApiOperation({ operationId: 'listModels', summary: 'The models and where each version stands' })
  @ApiOkResponse({ type: ModelList })
  list(): ModelList {
    return { models: this.registry.names().map((name) => this.summary(name)) };
  }

  @Get(':name')
  @ApiOperation({ operationId: 'getModel', summary: 'One model, with the version that answers' })
  @ApiOkResponse({ type: ModelDetail })
  one(@Param('name') name: string): ModelDetail {
    const current = this.registry.defaultVersion(name);
    return { ...this.summary(name), ...(current === undefined ? {} : { current: this.version(name, current) }) };
  }

  @Get(':name/versions/:version')
  @ApiOperation({ operationId: 'getModelVersion', summary: 'One version: signature, metrics, digests' })
  @ApiOkResponse({ type: VersionDetail })
  version(@Param('name') name: string, @Param('version') version: string): VersionDetail {
    const exact = this.registry.aliases(name).get(version) ?? version;
    const status = this.registry.status(name, exact);
    return { name, ...this.versionSummary(name, exact, status), ...toContents(status) };
  }

  private summary(name: string): ModelSummary {
    return {
      name,
      default: name === this.registry.defaultModel(),
      versions: this.registry.versions(name).map(([version, status]) => this.versionSummary(name, version, status)),
    };
  }

  private versionSummary(name: string, version: string, status: VersionStatus): VersionSummary {
    const aliases = [...this.registry.aliases(name)].filter(([, target]) => target === version);
    const refusal = refusalOf(status);
    return {
      version,
      state: status.state,
      default: version === this.registry.defaultVersion(name),
      aliases: aliases.map(([alias]) => alias),
      ...(refusal === undefined ? {} : { fault: refusal.code, reason: refusal.message }),
    };
  }
}

function refusalOf(status: VersionStatus): TensornestError | undefined {
  if (status.state === 'failed') return status.error;
  return status.state === 'ready' ? status.refused : undefined;
}

function toContents(status: VersionStatus): Partial<VersionDetail> {
  if (status.state !== 'ready') return {};
  const { backend, placement, tabulated, digest, signed, manifest } = status.slot;
  return { backend, placement, tabulated, digest, signed, manifest };
}
