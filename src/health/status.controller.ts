import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { API_PREFIX, API_VERSION } from '../core/api.js';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { ModelRegistry } from '../model/model-registry.js';

/** The seed article's health answer, and two fields more. */
export class ServiceStatus {
  @ApiProperty({ example: 'Tensornest' })
  name: string;

  @ApiProperty({ example: API_VERSION })
  api_version: string;

  @ApiProperty({ type: String, nullable: true, example: '2.0.0', description: 'Of the default model.' })
  model_version: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'car-evaluation', description: 'The default model.' })
  model: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'wasm', description: 'What runs the default model.' })
  backend: string | null;
}

@ApiTags('models')
@Controller(`${API_PREFIX}/health`)
export class StatusController {
  constructor(
    private readonly registry: ModelRegistry,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'getHealth', summary: 'Which service and which model answers' })
  @ApiOkResponse({ type: ServiceStatus })
  status(): ServiceStatus {
    const { serverName } = this.config;
    const model = this.registry.defaultModel() ?? null;
    const known = model !== null && this.registry.names().includes(model);
    const version = known ? (this.registry.defaultVersion(model) ?? null) : null;
    const backend = version === null ? null : this.registry.slot().backend;
    return { name: serverName, api_version: API_VERSION, model_version: version, model, backend };
  }
}
