import type { Environment } from './load-config.js';

/** npm's settings as its libraries take them, such as `@acme:registry` and `//registry.example.com/:_authToken`. */
export type NpmOptions = Readonly<Record<string, unknown>>;

/** npm waits 10 to 60 seconds between attempts, which is long for a service that starts. In milliseconds. */
const PATIENCE = { 'fetch-retry-mintimeout': 500, 'fetch-retry-maxtimeout': 5_000 };

/**
 * The settings that npm itself would use in `folder`: its `.npmrc`, the user's, the global one and `npm_config_*`, with
 * `${VARIABLES}` put in. npm's cache is left out, so that nothing is written to the home folder.
 */
export async function loadNpmOptions(env: Environment, folder: string): Promise<NpmOptions> {
  const [{ default: Config }, { default: settings }] = await Promise.all([
    import('@npmcli/config'),
    import('@npmcli/config/lib/definitions/index.js'),
  ]);
  const config = new Config({
    ...settings,
    // npm looks here for settings that come with it; there are none.
    npmPath: import.meta.dirname,
    argv: [],
    // NOTE: a copy, because it writes into what it is given.
    env: { ...env },
    cwd: folder,
  });
  await config.load();
  for (const [key, milliseconds] of Object.entries(PATIENCE)) {
    if (config.isDefault(key)) config.set(key, milliseconds);
  }
  const { cache: _cache, ...options } = config.flat;
  return options;
}
