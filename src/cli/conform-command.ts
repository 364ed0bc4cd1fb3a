import { readFile } from 'node:fs/promises';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { conform, type Outcome } from '../conform/conform.js';
import { CHECKED_PROTOCOLS, type CheckedProtocol, type Subject } from '../conform/rule.js';
import { discover, sender } from '../conform/subject.js';

export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

interface Options {
  readonly protocol: CheckedProtocol;
  readonly model?: string;
  readonly request?: string;
}

/**
 * `conform <url>`: tries every rule of a protocol on the server at that address, and prints what passed and what failed.
 * Resolves to the exit code: 0 when the server follows every rule, 1 when it deviates, 2 when it cannot be tried.
 */
export async function conformCommand(words: readonly string[], { out, err }: Output): Promise<number> {
  const command = new Command('conform')
    .description('Check a server against the rules of an inference protocol.')
    .argument('<url>', 'address of the server, such as http://127.0.0.1:8080', toUrl)
    .addOption(
      new Option('--protocol <name>', 'what the server speaks')
        .choices(CHECKED_PROTOCOLS)
        .default(CHECKED_PROTOCOLS[0]),
    )
    .option('--model <name>', 'the model to ask; otherwise the first that the server names')
    .option('--request <file>', 'a JSON request that the model answers; otherwise one is made up from its metadata')
    .configureOutput({ writeOut: out, writeErr: err })
    .exitOverride();
  try {
    command.parse([...words], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const [url] = command.processedArgs as [string];
  const options = command.opts<Options>();
  try {
    const subject = await subjectOf(url, options);
    const outcomes = await conform(options.protocol, subject, (outcome) => {
      out(line(outcome));
    });
    const failed = outcomes.filter(({ deviation }) => deviation !== undefined).length;
    out(`\n${outcomes.length - failed} of ${outcomes.length} rules hold for ${subject.model} at ${url}\n`);
    return failed === 0 ? 0 : 1;
  } catch (error) {
    err(`The server cannot be tried: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
}

async function subjectOf(url: string, { protocol, model, request: file }: Options): Promise<Subject> {
  const request =
    file === undefined ? undefined : (JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>);
  if (protocol === 'open-inference') return discover(url, model, request);
  if (model === undefined || request === undefined) throw new Error('v1 needs --model and --request');
  return { model, request, send: sender(url) };
}

function line({ rule: { id, title, extension }, deviation }: Outcome): string {
  const mark = deviation === undefined ? 'passed' : 'FAILED';
  const note = extension === true ? ' (extension)' : '';
  return `${mark}  ${id.padEnd(26)} ${title}${note}${deviation === undefined ? '' : `\n        ${deviation}`}\n`;
}

function toUrl(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new InvalidArgumentError('It must be an address such as http://127.0.0.1:8080.');
}
