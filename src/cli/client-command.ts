import { readFile } from 'node:fs/promises';
import { Command, CommanderError } from 'commander';
import { reasonOf } from '../core/errors.js';
import { generateClient } from '../sdk/generate-client.js';
import type { OpenApiDocument } from '../sdk/openapi-document.js';
import { EXIT, type ExitCode, UsageError } from './exit.js';
import { passingService } from './passing-service.js';
import type { Terminal } from './terminal.js';

interface Options {
  readonly out: string;
  readonly name: string;
  readonly keyFile?: string;
}

const PATH = '/api/v1/openapi.json';
const TIMEOUT_MS = 10_000;
/** As npm has it: https://docs.npmjs.com/cli/configuring-npm/package-json#name */
const PACKAGE_NAME = /^(@[a-z0-9-][a-z0-9-._]*\/)?[a-z0-9-][a-z0-9-._]*$/;

/** `client [source]`: makes a typed client of what a service serves. */
export async function clientCommand(
  words: readonly string[],
  terminal: Pick<Terminal, 'out' | 'err'>,
): Promise<ExitCode> {
  const say = (text: string) => {
    terminal.err(text);
  };
  const command = new Command('client')
    .description('Makes an npm package with a typed TypeScript client of a service.')
    .argument(
      '[source]',
      'address of a running service, or the file of an OpenAPI document; else what MODELS_DIR holds',
    )
    .option('--out <folder>', 'where the package goes', 'dist/client')
    .option('--name <name>', 'npm name of the package', 'tensornest-client')
    .option('--key-file <path>', 'file that holds a key of the service')
    .addHelpText(
      'after',
      '\nExample:\n  client https://models.example.com --name @acme/models --out ../models-client\n',
    )
    .configureOutput({
      writeOut: (text) => {
        terminal.out(text);
      },
      writeErr: say,
    })
    .exitOverride();
  try {
    command.parse([...words], { from: 'user' });
    const [source] = command.processedArgs as [string | undefined];
    const { out, name, keyFile } = command.opts<Options>();
    if (!PACKAGE_NAME.test(name)) throw new UsageError(`--name ${name} is no name of an npm package.`);
    const document = await documentOf(source, keyFile, say);
    say('Generating and compiling the client ...\n');
    const operations = await generateClient({ document, folder: out, name });
    terminal.out(`${out}: ${name}@${document.info.version}, ${operations} operations\n`);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    say(`${reasonOf(error)}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failure;
  }
}

async function documentOf(
  source: string | undefined,
  keyFile: string | undefined,
  say: (text: string) => void,
): Promise<OpenApiDocument> {
  if (source === undefined) {
    say('Starting the service to read its document ...\n');
    return passingService(async (url) => parse(await read(url, undefined), url));
  }
  if (!/^https?:/i.test(source)) return parse(await readFile(source, 'utf8'), source);
  const key = keyFile === undefined ? undefined : (await readFile(keyFile, 'utf8')).trim();
  return parse(await read(source, key), source);
}

async function read(url: string, key: string | undefined): Promise<string> {
  const at = URL.parse(PATH, url);
  if (at === null) throw new UsageError(`${url} is no address: write for example http://127.0.0.1:8080.`);
  let answer: Response;
  try {
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    answer = await fetch(at, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new Error(`${url} does not answer (${reasonOf((error as Error).cause ?? error)}).`, { cause: error });
  }
  if (answer.status === 401)
    throw new UsageError(`${url} asks for a key: give the file that holds it with --key-file.`);
  if (!answer.ok) throw new Error(`${at.href} answered ${answer.status}: is it a Tensornest service?`);
  return answer.text();
}

function parse(text: string, source: string): OpenApiDocument {
  let document: Partial<OpenApiDocument>;
  try {
    document = JSON.parse(text) as Partial<OpenApiDocument>;
  } catch (error) {
    throw new Error(`${source} holds no JSON.`, { cause: error });
  }
  if (typeof document.openapi !== 'string' || document.info === undefined || document.paths === undefined) {
    throw new Error(`${source} holds no OpenAPI document.`);
  }
  return document as OpenApiDocument;
}
