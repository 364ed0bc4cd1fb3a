import { readFile } from 'node:fs/promises';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { type KeyEntry, makeKey, parseKeyFile } from '../access/key-file.js';
import { SCOPES, type Scope } from '../core/caller.js';
import { reasonOf } from '../core/errors.js';
import { EXIT, type ExitCode, UsageError } from './exit.js';
import type { Terminal } from './terminal.js';

interface Options {
  readonly scope: Scope;
  readonly models?: readonly string[];
  readonly requests?: number;
  readonly rows?: number;
  readonly expires?: string;
  readonly file?: string;
}

/** Only its owner reads it. */
const PRIVATE = 0o600;

/** `key <id>`: makes a key, shows it this once, and writes or prints the entry that makes the service take it. */
export async function keyCommand(words: readonly string[], terminal: Pick<Terminal, 'out' | 'err'>): Promise<ExitCode> {
  const out = (text: string) => {
    terminal.out(text);
  };
  const err = (text: string) => {
    terminal.err(text);
  };
  const command = new Command('key')
    .description(
      'Makes a key for whoever is to ask the service. The key is shown once; the file keeps its digest only.',
    )
    .argument('<id>', 'who gets it; stands in logs and audit lines')
    .addOption(new Option('--scope <scope>', 'what it may be used for').choices(SCOPES).default('predict'))
    .option('--models <names>', 'the only models that exist for it, separated by commas', toList)
    .option('--requests <n>', 'requests in 60 seconds', toCount)
    .option('--rows <n>', 'rows in 60 seconds', toCount)
    .option('--expires <time>', 'when it ends, such as 2027-01-31T00:00:00Z')
    .option('--file <path>', 'file of keys to add it to (KEYS_FILE); otherwise the entry is printed')
    .addHelpText('after', '\nExample:\n  key mobile-app --models car-evaluation --rows 60000 --file keys.json\n')
    .configureOutput({ writeOut: out, writeErr: err })
    .exitOverride();
  try {
    command.parse([...words], { from: 'user' });
    const [id] = command.processedArgs as [string];
    const options = command.opts<Options>();
    const { key, sha256 } = makeKey();
    const entry = entryOf(id, sha256, options);
    if (options.file === undefined) out(`${JSON.stringify(entry, null, 2)}\n`);
    else await add(options.file, entry);
    err(`The key, which is shown this once:\n`);
    out(`${key}\n`);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    err(`${reasonOf(error)}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failure;
  }
}

function entryOf(id: string, sha256: string, { scope, models, requests, rows, expires }: Options): KeyEntry {
  const quota = requests === undefined && rows === undefined ? undefined : { requests, rows };
  // What is undefined is left out when it is written.
  const entry = JSON.parse(JSON.stringify({ id, sha256, scopes: [scope], models, quota, expires })) as KeyEntry;
  try {
    parseKeyFile(JSON.stringify({ keys: [entry] }));
  } catch (error) {
    throw new UsageError(`The entry ${reasonOf(error).replace('/keys/0', '')}.`);
  }
  return entry;
}

async function add(file: string, entry: KeyEntry): Promise<void> {
  const keys = await entriesOf(file);
  await writeFileAtomic(file, `${JSON.stringify({ keys: [...keys, entry] }, null, 2)}\n`, { mode: PRIVATE });
}

/** The entries of a file; none where there is no file yet. */
async function entriesOf(file: string): Promise<readonly KeyEntry[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new Error(`${file} cannot be read (${code}).`, { cause: error });
  }
  try {
    parseKeyFile(text);
  } catch (error) {
    throw new Error(`${file} ${reasonOf(error)}; nothing was written.`, { cause: error });
  }
  return (JSON.parse(text) as { readonly keys: readonly KeyEntry[] }).keys;
}

function toList(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

function toCount(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}
