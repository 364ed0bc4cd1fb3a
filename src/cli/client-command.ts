import { readFile } from 'node:fs/promises';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { readEnvironmentFile } from '../config/environment.js';
import { reasonOf } from '../core/errors.js';
import { generateClient } from '../sdk/generate-client.js';
import type { OpenApiDocument } from '../sdk/openapi-document.js';
import { EXIT, exitCodeOf, type ExitCode, UsageError } from './exit.js';
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
    return exitCodeOf(error);
  }
}

async function documentOf(
  source: string | undefined,
  keyFile: string | undefined,
  say: (text: string) => void,
): Promise<OpenApiDocument> {
  if (source === undefined) {
    say('Starting the service to read its document ...\n');
    // As `serve` does.
    readEnvironmentFile();
    return passingService(async (url) => parse(await read(url, undefined), url));
  }
  if (!/^https?:/i.test(source)) return parse(await readFile(source, 'utf8'), source);
  return parse(await read(source, keyFile === undefined ? undefined : await keyIn(keyFile)), source);
}

async function keyIn(file: string): Promise<string> {
  const key = (await readFile(file, 'utf8')).trim();
  // NOTE: fetch would show the key in its error.
  if (!/^[!-~]+$/.test(key)) throw new UsageError(`--key-file ${file} must hold one key and nothing else.`);
  return key;
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

/** As much as a package of it needs; the generator reads the rest. */
const Document = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.looseObject({})).refine((paths) => Object.keys(paths).length > 0, 'there are none'),
});

function parse(text: string, source: string): OpenApiDocument {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${source} holds no JSON.`, { cause: error });
  }
  const { data, error } = Document.safeParse(json);
  if (error === undefined) return data;
  const [{ path, message }] = error.issues as [z.core.$ZodIssue];
  throw new Error(`${source} holds no OpenAPI document: ${path.join('.')}: ${message}.`);
}
