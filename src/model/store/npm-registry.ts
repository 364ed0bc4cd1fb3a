import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { TensornestError } from '../../core/errors.js';
import type { PackageRef } from '../../core/ports/model-store.js';
import type { PackedModel } from '../package/tarball.js';
import { npmName } from '../package/tarball-layout.js';
import { type ModelSpec, specText } from './model-spec.js';
import { registryPlace, toRegistryError } from './registry-errors.js';

/** npm's settings as its libraries take them, read from `.npmrc` by whoever may read it. */
export type NpmOptions = Readonly<Record<string, unknown>>;

/** A version that the registry has. */
export interface Release {
  readonly ref: PackageRef;
  readonly tarball: string;
  /** npm's checksum of the tarball, such as `sha512-...`. */
  readonly integrity: string;
}

/** npm's shorter answer: what an installation needs. */
const INSTALL_METADATA = 'application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8';

/**
 * The models of one scope of an npm registry. Names are looked up in the scope's own registry and nowhere else, so that
 * nobody can publish a model of that name where everybody may publish. Rejects with a `TensornestError` whose code is a
 * `RegistryFault`. npm's libraries are loaded when they are needed first.
 */
export class NpmRegistry {
  private readonly registry: string;

  /**
   * Refuses with `registry-not-configured`, and says what is missing.
   *
   * @param scope such as `@acme`.
   */
  constructor(
    private readonly scope: string | null,
    private readonly npm: NpmOptions,
  ) {
    if (scope === null) {
      throw new TensornestError(
        'registry-not-configured',
        'MODEL_SCOPE must name the npm scope of the models, such as @acme.',
      );
    }
    const registry = npm[`${scope}:registry`];
    if (typeof registry !== 'string' || !URL.canParse(registry)) {
      throw new TensornestError(
        'registry-not-configured',
        `.npmrc must name the registry of ${scope}: add the line "${scope}:registry=https://registry.example.com/". ` +
          'Models are never looked for in the public registry.',
      );
    }
    this.registry = registry;
  }

  /** What a model is called in the registry. */
  nameOf(model: string): string {
    return npmName(model, this.scope);
  }

  /** The registry's host and path, without anything secret. */
  get place(): string {
    return registryPlace(this.registry);
  }

  /** The newest version that the spec allows; for a dist-tag, the version that it stands for now. */
  async resolve(spec: ModelSpec): Promise<Release> {
    const name = this.nameOf(spec.name);
    const [{ default: npmFetch }, { default: pickManifest }] = await Promise.all([
      import('npm-registry-fetch'),
      import('npm-pick-manifest'),
    ]);
    const options = { ...this.optionsFor(name), headers: { accept: INSTALL_METADATA } };
    const packument = await this.ask(name, () => npmFetch.json(name.replace('/', '%2f'), options));
    const wanted = spec.wanted.kind === 'tag' ? spec.wanted.tag : spec.wanted.range;
    const picked = await this.ask(name, () => pickManifest(packument, wanted, this.npm)).catch((error: unknown) => {
      throw noVersion(error, spec, packument);
    });
    if (picked.dist.integrity === undefined) {
      throw new TensornestError('registry-integrity', `${this.place} gives no checksum for ${name} ${picked.version}.`);
    }
    const ref = { name: spec.name, version: picked.version };
    return { ref, tarball: picked.dist.tarball, integrity: picked.dist.integrity };
  }

  /** Writes the tarball to `file`, which is complete and has npm's checksum when this resolves. */
  async download({ ref, tarball, integrity }: Release, file: string, maxBytes: number): Promise<void> {
    const name = this.nameOf(ref.name);
    const { default: npmFetch } = await import('npm-registry-fetch');
    await this.ask(name, async () => {
      const { body } = await npmFetch(tarball, { ...this.optionsFor(name), integrity });
      await pipeline(body as AsyncIterable<Buffer>, upTo(maxBytes), createWriteStream(file));
    });
  }

  /** Publishes a packed model under a dist-tag. Rejects with `version-exists` when the registry has the version. */
  async publish({ packageJson, tarball }: PackedModel, tag: string): Promise<void> {
    const { name } = packageJson;
    const { publish } = await import('libnpmpublish');
    await this.ask(name, () => publish({ ...packageJson }, tarball, { ...this.optionsFor(name), defaultTag: tag }));
  }

  private optionsFor(name: string): Record<string, unknown> {
    return { ...this.npm, registry: this.registry, spec: name };
  }

  private async ask<T>(name: string, request: () => T | Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw toRegistryError(error, this.registry, name);
    }
  }
}

function upTo(maxBytes: number): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (source) {
    let bytes = 0;
    for await (const chunk of source) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) {
        throw new TensornestError('tarball-too-large', `The tarball has more than ${maxBytes} bytes.`);
      }
      yield chunk;
    }
  };
}

function noVersion(error: unknown, spec: ModelSpec, packument: Record<string, unknown>): TensornestError {
  const { versions = {}, 'dist-tags': tags = {} } = packument as Partial<Record<string, object>>;
  const there = [...Object.keys(versions).slice(-10), ...Object.keys(tags)].join(', ');
  return new TensornestError(
    'registry-no-version',
    `There is no ${specText(spec)} in the registry; there is ${there}.`,
    {
      cause: error,
    },
  );
}
