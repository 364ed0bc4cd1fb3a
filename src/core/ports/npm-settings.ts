/** npm's settings as its libraries take them, such as `@acme:registry` and `//registry.example.com/:_authToken`. */
export type NpmSettings = Readonly<Record<string, unknown>>;

/** Reads the settings that npm itself would use here. They are read when they are needed, since reading takes a while. */
export type ReadNpmSettings = () => Promise<NpmSettings>;

export const NPM_SETTINGS = Symbol('NPM_SETTINGS');
