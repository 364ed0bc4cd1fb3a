import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AppConfig } from '../../core/app-config.js';
import { EXIT, type ExitCode } from '../exit.js';
import type { Terminal } from '../terminal.js';

/** What replaying takes from the process that it runs in. */
export interface Surroundings {
  readonly stdin: Readable;
  /** Reads the environment; throws a `ConfigError` when it cannot be used. */
  readonly readConfig: () => AppConfig;
}

interface Options {
  readonly model: string;
  readonly allow: number;
  readonly examples: number;
  readonly models?: string;
  readonly json?: boolean;
}

const HELP = `
Examples:
  audit replay audit.jsonl --model car-evaluation@2.0.0
  audit replay audit.jsonl.1.gz audit.jsonl --model car-evaluation@^2 --allow 0.01 --json
  kubectl logs my-pod | npx tensornest audit replay - --model ./candidate

Exit codes: 0 at most --allow of the rows change class, 1 nothing could be replayed, 2 wrong usage, 3 more rows change class,
4 the package is not what it says it is.
`;

/** `audit replay <files...> --model <package>`: which recorded decisions a package would take otherwise. */
export function addReplay(
  program: Command,
  terminal: Pick<Terminal, 'out' | 'err'>,
  { stdin, readConfig }: Surroundings,
  done: (code: ExitCode) => void,
): void {
  program
    .command('replay')
    .description(
      'Predicts recorded inputs anew with a package and says which decisions change, before it is rolled out.',
    )
    .argument('<files...>', 'audit logs, the oldest first; .gz is unpacked, - is standard input')
    .requiredOption('--model <package>', 'name, name@version or path of the package to try')
    .addOption(
      new Option('--allow <share>', 'share of the rows that may change class, 0 to 1').argParser(share).default(0),
    )
    .addOption(new Option('--examples <n>', 'most changed rows to show').argParser(count).default(10))
    .option('--models <folder>', 'the models folder (default: MODELS_DIR, or else models)')
    .option('--json', 'one JSON document')
    .addHelpText('after', HELP)
    .copyInheritedSettings(program)
    .exitOverride()
    .action(async (files: string[], { model, allow, examples, models, json }: Options) => {
      // What it needs takes longer to import than verifying takes to run.
      const [{ replayLogs }, { replayText }] = await Promise.all([
        import('./replay-log.js'),
        import('./replay-text.js'),
      ]);
      const config = readConfig();
      const dir = models === undefined ? config.models.dir : resolve(models);
      const replay = await replayLogs({
        model,
        files,
        examples,
        config: { ...config, models: { ...config.models, dir } },
        stdin,
        progress: (text) => {
          terminal.err(text);
        },
      });
      const within = replay.share <= allow;
      terminal.out(
        json === true ? `${JSON.stringify({ ...replay, allow, within }, null, 2)}\n` : replayText(replay, allow),
      );
      if (replay.rows === 0) {
        terminal.err(`error: There is no row in it that ${replay.model.name} predicted and that can be replayed.\n`);
        done(EXIT.failure);
      } else if (!within) done(EXIT.qualityGate);
    });
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('It must be a number from 0 to 1, such as 0.01.');
}

function count(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 0 to 999999.');
}
