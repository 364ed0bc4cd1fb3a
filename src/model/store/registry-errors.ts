import { type ErrorCode, TensornestError } from '../../core/errors.js';

/** What npm's libraries say when there is no answer at all. */
const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|ETIMEDOUT|ERR_SOCKET_TIMEOUT|FETCH_ERROR|UNABLE_TO_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_)/;

/** Registries differ in the status that they refuse a version with which they have: npm's own says 403, others 409. */
const PUBLISHED_BEFORE = /publish over the (existing|previously)/;

/** The host of a registry and the path on it: what a message may show. The address itself may hold a password. */
export function registryPlace(registry: string): string {
  const { host, pathname } = new URL(registry);
  return `${host}${pathname.replace(/\/$/, '')}`;
}

/**
 * The refusal for an error of npm's libraries.
 *
 * @param name the npm package that was asked for.
 */
export function toRegistryError(error: unknown, registry: string, name: string): unknown {
  if (!(error instanceof Error) || error instanceof TensornestError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const place = registryPlace(registry);
  const make = (fault: ErrorCode, message: string) => new TensornestError(fault, message, { cause: error });
  if (code === 'EPUBLISHCONFLICT' || code === 'E409' || PUBLISHED_BEFORE.test(error.message)) {
    return make('version-exists', `${place} has this version of ${name} already: give the package a new version.`);
  }
  if (code === 'E401' || code === 'E403') {
    return make(
      'registry-unauthorised',
      `${place} refused access to ${name}: .npmrc needs a valid token, //${place}/:_authToken=<token>.`,
    );
  }
  if (code === 'E404') return make('registry-unknown-package', `${place} has no package ${name}.`);
  // The size is noticed first where the registry says it beforehand.
  if (code === 'EINTEGRITY' || code === 'EBADSIZE') {
    const what = code === 'EINTEGRITY' ? 'checksum' : 'size';
    return make(
      'registry-integrity',
      `The tarball of ${name} is not the one that was published: its ${what} is wrong.`,
    );
  }
  if (code !== undefined && UNREACHABLE.test(code)) {
    return make('registry-unreachable', `${place} does not answer (${code}).`);
  }
  return make('registry-failed', `${place} failed on ${name} (${code ?? error.name}).`);
}
