import { type INestApplication, Inject, Injectable } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { API_VERSION } from '../core/api.js';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { currentCaller } from '../core/request-scope.js';
import { isBehind } from '../http/error-door.js';
import { ProblemDetailsDto } from '../http/problem.dto.js';
import { ModelRegistry } from '../model/model-registry.js';
import { PROTOCOLS } from '../prediction/protocols/index.js';
import type { Description } from '../prediction/protocols/protocol.js';
import { withCommonAnswers } from './common-answers.js';
import { manifestSchemas } from './manifest-schemas.js';

type Schema = Description['schemas'][string];
type SchemaObject = Extract<Schema, { properties?: unknown }>;

const TAGS = [
  ['models', 'What is served, and what the packages say of it.'],
  ['explanations', 'Why a model answers as it does.'],
  ['feedback', 'What became of predictions, and how well the models do.'],
  ['admin', 'Changes of what is served.'],
  ['probes', 'What Kubernetes asks.'],
  ['open inference protocol', 'The protocol that KServe, Triton and MLServer share (V2).'],
  ['tensorflow serving and kserve v1', 'The protocol that TensorFlow Serving and KServe share (V1).'],
] as const;

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
    tellPathsApart(document.paths);
    const schemas = { ...document.components?.schemas, ...manifestSchemas() };
    for (const { name } of rows) schemas[name] = closed(schemas[name] as SchemaObject);
    for (const description of descriptions) {
      Object.assign(schemas, description.schemas);
      Object.assign(document.paths, description.paths);
    }
    const paths = this.mounted(document.paths);
    withCommonAnswers(paths, this.refuses);
    return { ...document, paths, components: { ...document.components, schemas } };
  }

  /** What of the paths is there: in another application not all may be. */
  private mounted(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
    const { mount } = this.config;
    if (mount === null) return paths;
    const isThere = (path: string) => mount.paths.some((prefix) => isBehind({ prefix }, path));
    return Object.fromEntries(Object.entries(paths).filter(([path]) => isThere(path)));
  }

  private get refuses(): boolean {
    const { keysFile, tokens } = this.config.access;
    return keysFile !== null || tokens !== null;
  }

  private frame(): Omit<OpenAPIObject, 'paths'> {
    const builder = new DocumentBuilder();
    const root = this.config.mount?.prefix ?? '';
    for (const [tag, description] of this.tags()) builder.addTag(tag, description);
    if (this.refuses) {
      builder
        .addBearerAuth({ type: 'http', description: 'A key of the service.' }, 'key')
        .addSecurityRequirements('key');
    }
    return (
      builder
        .setOpenAPIVersion('3.1.0')
        .setTitle(this.config.serverName)
        .setDescription('TensorFlow.js classifiers over REST. Errors are RFC 9457 problem details.')
        .setVersion(API_VERSION)
        .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
        // NOTE: the document is the same whatever name a proxy gives the service.
        .addServer(root === '' ? '/' : root)
        .build()
    );
  }

  private tags(): (readonly [tag: string, description: string])[] {
    const models = this.registry.slots().map(({ manifest }) => [manifest.name, manifest.description] as const);
    return [...TAGS, ...new Map(models)];
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

/** A handler that answers for a named version too has two paths: each needs an id of its own, and its own parameters. */
function tellPathsApart(paths: OpenAPIObject['paths']): void {
  const named = new Set<string>();
  for (const [path, item] of Object.entries(paths)) {
    for (const operation of [item.get, item.post, item.put, item.delete]) {
      if (operation?.operationId === undefined) continue;
      if (named.has(operation.operationId) && path.includes('/versions/')) operation.operationId += 'Version';
      named.add(operation.operationId);
      operation.parameters = operation.parameters?.filter(
        (parameter) => '$ref' in parameter || parameter.in !== 'path' || path.includes(`{${parameter.name}}`),
      );
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
