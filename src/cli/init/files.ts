/** What a new folder is made of. */
export interface Plan {
  /** Name of the npm package that the folder is. */
  readonly name: string;
  /** What `dependencies` says of Tensornest, such as a range. */
  readonly tensornest: string;
  /** Name of the tarball in the folder that is installed, where it is one. */
  readonly tarball?: string;
  /** The model that comes with it, and a request that it answers. */
  readonly model: { readonly name: string; readonly version: string; readonly example: object };
}

/** The flags of `npm start` of the service itself: what they gain stands in ARCHITECTURE.md. */
export const NODE_FLAGS = [
  '--max-semi-space-size=32',
  '--max-inlined-bytecode-size-cumulative=4000',
  '--no-allocation-site-pretenuring',
  '--initial-old-space-size=128',
] as const;
const COMMAND = ['node', ...NODE_FLAGS, 'node_modules/tensornest/dist/cli/tensornest.js', 'serve'];

/** npm's list of packages that may run a script when they are installed: the native backend, which is no use without. */
const ALLOW_SCRIPTS = { '@tensorflow/tfjs-node': true, protobufjs: false, '@scarf/scarf': false };

/** The text of every file but the model's own, by its path. */
export function newFiles(plan: Plan): Readonly<Record<string, string>> {
  return {
    'package.json': packageJson(plan),
    '.env': ENVIRONMENT,
    '.gitignore': 'node_modules/\nstate/\nkeys.json\n',
    '.dockerignore': 'node_modules/\nstate/\nkeys.json\n.env\n.git/\n',
    Dockerfile: dockerfile(plan),
    'README.md': readme(plan),
  };
}

function packageJson({ name, tensornest }: Plan): string {
  const content = {
    name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=24' },
    scripts: {
      start: COMMAND.join(' '),
      model: 'tensornest model',
      train: 'tensornest train',
      key: 'tensornest key',
      client: 'tensornest client',
    },
    dependencies: { tensornest },
    allowScripts: ALLOW_SCRIPTS,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

const ENVIRONMENT = `# Settings of the service on this machine; what the environment says comes before. The image does without this file.
# All variables: https://www.npmjs.com/package/tensornest, or node_modules/tensornest/README.md
HOST=127.0.0.1
PORT=8080
MODELS_DIR=models
AUDIT_LOG=state/audit.jsonl
# Whoever asks from elsewhere needs a key: npm run key -- me --file keys.json
#KEYS_FILE=keys.json
# Keeps predictions, so that what became of them can be told.
#FEEDBACK=true
`;

function dockerfile({ tarball }: Plan): string {
  const files = ['package.json', 'package-lock.json', ...(tarball === undefined ? [] : [tarball])];
  return `# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY ${files.join(' ')} ./
# No package has to run a script; the native backend, the one optional dependency, would. Nobody debugs or compiles
# against what runs: half of the files.
RUN npm ci --omit=dev --omit=optional --ignore-scripts && \\
  find node_modules -type f \\( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \\) -delete

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 LOG_FORMAT=json
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY models models
# What V8 compiles of the service is kept beside it, which can be written to now and not when it runs. A service that does
# not come up, with these models, is no image.
RUN HOST=127.0.0.1 AUDIT_LOG=off STATE_DIR=/tmp/state node ${NODE_FLAGS.join(' ')} \\
  -e "import('/app/node_modules/tensornest/dist/service/main.js').then(({ started }) => started).then(() => process.kill(process.pid, 'SIGINT'))" && \\
  rm -r /tmp/state
# STATE_DIR: the only folder that the service may write to.
RUN mkdir state && chown node:node state
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=2s --start-period=10s --retries=3 \\
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ${JSON.stringify(COMMAND)}
`;
}

function readme({ name, model }: Plan): string {
  const body = JSON.stringify({ inputs: [model.example] }).replaceAll("'", String.raw`'\''`);
  return `# ${name}

A service that predicts with TensorFlow.js models, made by [Tensornest](https://www.npmjs.com/package/tensornest).

\`\`\`sh
npm install
npm start
\`\`\`

Then open <http://127.0.0.1:8080>, or ask:

\`\`\`sh
curl -s http://127.0.0.1:8080/api/v1/models/${model.name}/predict -H 'content-type: application/json' \\
  -d '${body}'
\`\`\`

| file | what it is |
| --- | --- |
| \`models/\` | the models that are served, as \`<name>/<version>/\`; ${model.name} ${model.version} is there to begin with |
| \`.env\` | settings; the environment comes before them |
| \`Dockerfile\` | the service as an image, whose user is nobody in particular |

## A model of your own
From a table:

\`\`\`sh
npm run train -- data.csv --target column
\`\`\`

From a TensorFlow.js model: \`npm run model -- import --help\`. What appears in \`models/\` is served while the service runs.

## In a container
The image listens on every address, so it asks for keys:

\`\`\`sh
npm run key -- me --file keys.json
chmod a+r keys.json
docker build -t ${name} .
docker run -p 8080:8080 -v ./keys.json:/app/keys.json:ro -e KEYS_FILE=/app/keys.json ${name}
\`\`\`
`;
}
