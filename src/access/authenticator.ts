import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { JSONWebKeySet } from 'jose';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import { ANONYMOUS, type Caller, hasScope, SCOPES } from '../core/caller.js';
import { reasonOf } from '../core/errors.js';
import { METRICS, type Metrics } from '../core/ports/metrics.js';
import { AccessRefusal, type Refusal, REFUSALS } from './access-refusal.js';
import { credentialOf } from './credentials.js';
import { type Key, parseKeyFile } from './key-file.js';
import { findKey } from './key-ring.js';
import type { Requirement } from './rules.js';
import { type Verified } from './token-verifier.js';
import { WatchedFile } from './watched-file.js';

/** Who was found behind a text, for those who send it again and again. */
export interface Recognised {
  readonly text: string;
  readonly caller: Caller;
  readonly expires: number;
  readonly generation: number;
}

type Header = (name: string) => string | undefined;

/** Tells who asks, and whether they may. The same for every door. */
@Injectable()
export class Authenticator implements OnApplicationShutdown {
  private readonly logger = new Logger('Access');
  private readonly refusals = new Map<Refusal, number>(REFUSALS.map((refusal) => [refusal, 0]));
  private readonly keys: WatchedFile<readonly Key[]> | undefined;
  private readonly keySet: WatchedFile<JSONWebKeySet> | undefined;
  private readonly tokens: AppConfig['access']['tokens'];
  private readonly access: AppConfig['access'];
  /** Grows when keys change, so that nobody is taken for what they were. */
  private generation = 0;

  constructor(@Inject(APP_CONFIG) config: AppConfig, @Inject(METRICS) metrics: Metrics) {
    const { access } = config;
    this.access = access;
    this.tokens = access.tokens;
    if (access.keysFile !== null) this.keys = this.watch('KEYS_FILE', access.keysFile, parseKeyFile);
    if (access.tokens !== null) this.keySet = this.watch('JWT_KEYS_FILE', access.tokens.keysFile, parseKeySet);
    metrics.add({
      type: 'counter',
      name: 'tensornest_auth_failures_total',
      help: 'Requests that were refused for want of a key, of its scope, or of a model that it may use.',
      labels: ['reason'],
      read: () => [...this.refusals].map(([reason, value]) => ({ labels: [reason], value })),
    });
  }

  /** Whether anybody needs a key. */
  get required(): boolean {
    return this.keys !== undefined || this.keySet !== undefined;
  }

  /** Whether anybody is asked who they are. */
  get watches(): boolean {
    return this.required || this.access.anonymousQuota !== null;
  }

  /**
   * Who asks. Throws `AccessRefusal`. `before` is who was recognised on the same connection: keys are hashed once for each, and
   * a text is only ever compared with what its own sender sent.
   */
  identify(header: Header, before: Recognised | undefined): Recognised | Promise<Recognised> {
    const text = this.required ? credentialOf(header) : undefined;
    if (text === undefined) return this.anybody();
    if (before?.text === text && before.generation === this.generation && Date.now() < before.expires) return before;
    return this.recognise(text);
  }

  /** Throws `AccessRefusal` when the caller may not do this. */
  authorise(caller: Caller, { scope, model, wholeService }: Requirement): void {
    this.noteModel(caller, model);
    if (scope !== null && !hasScope(caller, scope)) {
      throw new AccessRefusal('scope', `This key does not have the scope "${scope}".`);
    }
    if (wholeService === true && caller.models !== null) {
      throw new AccessRefusal('scope', 'This key is for some models only, and this tells of all of them.');
    }
  }

  /** Counts a model of others. It is refused where one that there is not is refused, so that nothing tells the two apart. */
  noteModel(caller: Caller | undefined, model: string | undefined): void {
    if (model !== undefined && model !== '' && caller?.models?.includes(model) === false) this.count('model');
  }

  count(refusal: Refusal): void {
    this.refusals.set(refusal, this.refusals.get(refusal)! + 1);
  }

  onApplicationShutdown(): void {
    this.keys?.close();
    this.keySet?.close();
  }

  /** Who sends no key: nobody where keys are needed, unless that is meant so; all of them together are one caller. */
  private anybody(): Recognised {
    const { anonymous, anonymousQuota: quota } = this.access;
    if (this.required && !anonymous) {
      throw new AccessRefusal('missing', 'Send a key as "Authorization: Bearer <key>" or "x-api-key: <key>".');
    }
    const scopes = this.required ? (['predict'] as const) : SCOPES;
    return {
      text: '',
      caller: { id: ANONYMOUS, scopes, models: null, quota },
      expires: 0,
      generation: this.generation,
    };
  }

  private recognise(text: string): Recognised | Promise<Recognised> {
    const { generation } = this;
    const remember = ({ caller, expires }: Verified): Recognised => ({ text, caller, expires, generation });
    const key = this.keys === undefined ? undefined : findKey(this.keys.content, text);
    if (key !== undefined) {
      if (Date.now() >= key.expires) throw new AccessRefusal('expired', 'The key has expired.');
      return remember(key);
    }
    if (this.keySet === undefined || text.split('.').length !== 3) {
      throw new AccessRefusal('unknown', 'The key is not known.');
    }
    const { content } = this.keySet;
    // NOTE: not imported above, so that a service without tokens does without the library.
    return import('./token-verifier.js')
      .then(({ verifyToken }) => verifyToken(text, content, this.tokens!))
      .then(remember);
  }

  private watch<T>(variable: string, path: string, parse: (text: string) => T): WatchedFile<T> {
    const changed = (failure?: Error) => {
      if (failure === undefined) {
        this.generation += 1;
        this.logger.log(`${variable} has changed and holds from now on.`);
      } else {
        this.logger.error(
          `${variable} has changed and was not taken, so the one before holds on: it ${failure.message}.`,
        );
      }
    };
    try {
      return new WatchedFile(path, parse, changed);
    } catch (error) {
      throw new Error(`${variable} ${reasonOf(error)}.`, { cause: error });
    }
  }
}

/** Only that it is JSON with keys is looked at; what is wrong with one of them shows when a token names it. */
function parseKeySet(text: string): JSONWebKeySet {
  const document = JSON.parse(text) as JSONWebKeySet;
  if (!Array.isArray(document.keys)) throw new Error('is no JSON Web Key Set');
  return document;
}
