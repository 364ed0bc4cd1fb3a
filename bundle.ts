// The last step but one of the build: what runs in production.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'rolldown';
import license from 'rollup-plugin-license';

const BUILT = join(import.meta.dirname, 'dist');
const PROTOS = ['open_inference.proto', 'health.proto'];

/**
 * What stays a package of its own. TensorFlow.js, because its native backend has to meet the same copy of it; npm's libraries,
 * which are read when a registry is asked, and not before; and what Nest would use if it were installed.
 */
const APART = [
  /^@tensorflow\//,
  /^(@npmcli\/config|libnpmpublish|npm-pick-manifest|npm-registry-fetch)/,
  /^@nestjs\/(axios|mongoose|platform-fastify|sequelize|typeorm|websockets)/,
  /^(@fastify\/static|@mikro-orm\/core|@nats-io\/transport-node|amqp-connection-manager|amqplib|ioredis|kafkajs|mqtt)$/,
  /^(mongoose|sequelize|typeorm|@prisma\/client|ts-morph|typescript)$/,
];

/** Nest looks for its other packages with createRequire, which a bundler leaves alone: it would load a second Nest. */
const oneNest: Plugin = {
  name: 'one-nest',
  transform: {
    filter: { id: /@nestjs\/(mapped-types|microservices|terminus)\//, code: /createRequire\(import\.meta\.url\)/ },
    handler: (code) =>
      code
        .replace('const require = createRequire(import.meta.url);', '')
        .replaceAll('createRequire(import.meta.url)(protoLoader)', `require('@grpc/proto-loader')`)
        .replaceAll('createRequire(import.meta.url)(', 'require('),
  },
};

/**
 * What packages do when they are loaded, and nobody asked for. Each is one text in one of their files, and is gone without
 * harm where a later release does without it; the build fails when one is not found.
 */
const UNASKED = [
  // All phone numbers of the world, for a decorator that no DTO has.
  {
    file: /class-validator\/.*\/IsPhoneNumber\.js$/,
    text: 'require("libphonenumber-js/max")',
    instead: '{ parsePhoneNumber() { throw new Error("The bundle is without phone numbers: see bundle.ts."); } }',
  },
  // Its microservices, gRPC and all; app.setup.ts loads them where they are wanted.
  {
    file: /@nestjs\/core\/nest-application\.js$/,
    text: "await tryLoadPackage('@nestjs/microservices', () => import('@nestjs/microservices'));",
    instead: '',
  },
  // Readers of bodies, with tables of all encodings: src/http has its own.
  { file: /\/express\/lib\/express\.js$/, text: "require('body-parser')", instead: '{}' },
  // YAML, for a page of documentation that is made elsewhere.
  {
    file: /@nestjs\/swagger\/dist\/swagger-module\.js$/,
    text: "import * as jsyaml from 'js-yaml';",
    instead: 'const jsyaml = {};',
  },
  // Dates as people of this place write them, for the lines of a logger that pino replaces.
  {
    file: /@nestjs\/common\/services\/(console-)?logger\.service\.js$/,
    text: /const dateTimeFormatter = (new Intl\.DateTimeFormat\(undefined, \{[^}]*\}\));/,
    instead: 'const dateTimeFormatter = { format: (time) => $1.format(time) };',
  },
];

const found = new Set<unknown>();
const lean: Plugin = {
  name: 'lean',
  transform: {
    filter: { id: UNASKED.map(({ file }) => file) },
    handler(code, id) {
      const entry = UNASKED.find(({ file }) => file.test(id))!;
      const without = code.replace(entry.text, entry.instead);
      if (without === code) this.error(`${id} is not as bundle.ts expects it.`);
      found.add(entry);
      return without;
    },
  },
  buildEnd() {
    for (const entry of UNASKED) if (!found.has(entry)) this.error(`bundle.ts: no file is like ${entry.file}.`);
  },
};

/** What lies beside the code: the protocols that the gRPC door reads, and that this folder is CommonJS. */
const companions: Plugin = {
  name: 'companions',
  buildStart() {
    for (const fileName of PROTOS) {
      const source = readFileSync(join(BUILT, 'prediction/protocols/open-inference-grpc', fileName));
      this.emitFile({ type: 'asset', fileName, source });
    }
    this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "commonjs" }' });
  },
};

// NOTE: its types are those of an ES module, which it is not.
const bundledLicences = license as unknown as typeof license.default;
const licences = bundledLicences({ thirdParty: { output: join(BUILT, 'service/THIRD-PARTY-LICENSES.txt') } });

/** One letter that is not ASCII doubles the memory of a file's text, for as long as the process lives. */
const ascii: Plugin = {
  name: 'ascii',
  renderChunk: (code) =>
    code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
};

/**
 * The service and its threads with the packages that they are made of in a few files: to find, read and compile 2,700 is most
 * of a start. Not minified, since that starts no sooner, and stacks can be read.
 */
await build({
  input: {
    main: join(BUILT, 'main.js'),
    'worker-main': join(BUILT, 'runtime/worker/worker-main.js'),
    'store/store-main': join(BUILT, 'feedback/store/store-main.js'),
  },
  platform: 'node',
  external: APART,
  // How Terminus looks for packages; what is bundled is CommonJS.
  transform: { define: { 'import.meta.resolve': 'require.resolve' } },
  plugins: [oneNest, lean, companions, ascii, licences as Plugin],
  output: {
    dir: join(BUILT, 'service'),
    format: 'cjs',
    chunkFileNames: '[name]-[hash].js',
    // Modules have side effects that others wait for, such as Reflect's metadata.
    strictExecutionOrder: true,
    // Nest and OpenAPI call things by the names of their classes.
    keepNames: true,
    comments: { legal: true, annotation: false, jsdoc: false },
  },
});
