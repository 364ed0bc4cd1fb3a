import { type INestApplication, Inject, Injectable } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { API_VERSION } from '../core/api.js';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { currentCaller } from '../core/request-scope.js';
import { ProblemDetailsDto } from '../http/problem.dto.js';
import { ModelRegistry } from '../model/model-registry.js';
import { PROTOCOLS } from '../prediction/protocols/index.js';
import type { Description } from '../prediction/protocols/protocol.js';

type Schema = Description['schemas'][string];
type SchemaObject = Extract<Schema, { properties?: unknown }>;

/** The OpenAPI document of what is served at this moment: Nest's own routes, and each model's typed paths. */
@Injectable()
export class OpenApiService {
  private app: INestApplication | undefined;
  private cached: { readonly revision: number; readonly document: OpenAPIObject } | undefined;

  constructor(
    private readonly registry: ModelRegistry,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** Names the application whose routes are described; `app.setup.ts` calls it once. */
  describe(app: INestApplication): void {
    this.app = app;
  }

  document(): OpenAPIObject {
    if (this.app === undefined) throw new Error('The document was asked for before the application. This is a bug.');
    // Whoever may use some models only sees another document.
    if ((currentCaller()?.models ?? null) !== null) return this.build(this.app);
    const { revision } = this.registry;
    if (this.cached?.revision !== revision) this.cached = { revision, document: this.build(this.app) };
    return this.cached.document;
  }

  private build(app: INestApplication): OpenAPIObject {
    const once = PROTOCOLS.flatMap((protocol) => protocol.describeOnce?.() ?? []);
    const descriptions = [...this.describeModels(), ...once];
    const rows = descriptions.flatMap(({ models }) => models);
    const document = SwaggerModule.createDocument(app, this.frame(), { extraModels: [ProblemDetailsDto, ...rows] });
    nameVersionPaths(document.paths);
    const schemas = { ...document.components?.schemas };
    for (const { name } of rows) schemas[name] = closed(schemas[name] as SchemaObject);
    for (const description of descriptions) {
      Object.assign(schemas, description.schemas);
      Object.assign(document.paths, description.paths);
    }
    return { ...document, components: { ...document.components, schemas } };
  }

  private frame(): Omit<OpenAPIObject, 'paths'> {
    const { keysFile, tokens } = this.config.access;
    const builder = new DocumentBuilder();
    if (keysFile !== null || tokens !== null) {
      builder
        .addBearerAuth({ type: 'http', description: 'A key of the service.' }, 'key')
        .addSecurityRequirements('key');
    }
    return builder
      .setOpenAPIVersion('3.1.0')
      .setTitle(this.config.serverName)
      .setDescription('TensorFlow.js classifiers over REST. Errors are RFC 9457 problem details.')
      .setVersion(API_VERSION)
      .build();
  }

  private describeModels(): Description[] {
    const defaultModel = this.registry.defaultModel();
    return this.registry.slots().flatMap((slot) => {
      const { name, version } = slot.manifest;
      const described = {
        slot,
        isDefaultVersion: version === this.registry.defaultVersion(name),
        isDefaultModel: name === defaultModel,
      };
      return PROTOCOLS.flatMap((protocol) => protocol.describe?.(described) ?? []);
    });
  }
}

/** A handler that answers for a named version too has two paths, and each needs an id of its own. */
function nameVersionPaths(paths: OpenAPIObject['paths']): void {
  const named = new Set<string>();
  for (const [path, item] of Object.entries(paths)) {
    for (const operation of [item.get, item.post, item.put, item.delete]) {
      if (operation?.operationId === undefined) continue;
      if (named.has(operation.operationId) && path.includes('/versions/')) operation.operationId += 'Version';
      named.add(operation.operationId);
    }
  }
}

/** The schema of a row as the encoder means it: no other fields, and either form of a category. */
function closed({ properties = {}, ...schema }: SchemaObject): SchemaObject {
  const exact = Object.entries(properties).map(([name, property]) => {
    const { type: _type, ...rest } = property as SchemaObject;
    return [name, rest.oneOf === undefined ? property : rest] as const;
  });
  return { ...schema, properties: Object.fromEntries(exact), additionalProperties: false };
}
