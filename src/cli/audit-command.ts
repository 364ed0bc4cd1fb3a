import { createReadStream } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { type ChainFault, type Verification, verifyChain } from '../observability/audit/verify.js';
import { EXIT, type ExitCode } from './exit.js';
import type { Terminal } from './terminal.js';

interface Options {
  readonly head?: string;
  readonly json?: boolean;
}

/** How many faults are printed. */
const SHOWN = 20;
const LINE_FEED = 0x0a;

/** `audit verify <file>`: whether the lines of an audit log are all there, unchanged and in their order. */
export async function auditCommand(
  words: readonly string[],
  terminal: Pick<Terminal, 'out' | 'err'>,
): Promise<ExitCode> {
  const out = (text: string) => {
    terminal.out(text);
  };
  const err = (text: string) => {
    terminal.err(text);
  };
  let code: ExitCode = EXIT.ok;
  const program = new Command('audit')
    .description('Looks after audit logs.')
    .configureOutput({ writeOut: out, writeErr: err });
  program
    .command('verify')
    .description(
      'Finds lines that were changed, taken out or moved. What was cut off from the end shows with --head only.',
    )
    .argument('<file>', 'an audit log (AUDIT_LOG)')
    .option('--head <digest>', 'digest of the last line, as an earlier run printed it')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExit codes: 0 whole, 1 the file cannot be read, 2 wrong usage, 4 not what was written.\n')
    .copyInheritedSettings(program)
    .exitOverride()
    .action(async (file: string, { head, json }: Options) => {
      const found = await verifyChain(linesOf(file));
      const wrongHead = head !== undefined && head !== found.head;
      out(
        json === true
          ? `${JSON.stringify({ ...found, whole: !wrongHead && found.faults.length === 0 })}\n`
          : report(found),
      );
      if (wrongHead) err(`The last line is not the one with the digest ${head}: lines were cut off or added.\n`);
      if (wrongHead || found.faults.length > 0) code = EXIT.verification;
    });
  program.exitOverride();
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { code: reason, message } = error as NodeJS.ErrnoException;
    err(`The file cannot be read: ${reason ?? message}\n`);
    return EXIT.failure;
  }
}

function report({ lines, faults, notes, seq, head }: Verification): string {
  const say = ({ line, message }: ChainFault) => `line ${line} ${message}\n`;
  const more = faults.length > SHOWN ? `... and ${faults.length - SHOWN} more\n` : '';
  const verdict =
    faults.length === 0 ? 'All there, unchanged and in order' : `Not what was written: ${faults.length} faults`;
  const end = seq === 0 ? '' : `Last line: number ${seq}, digest ${head}\n`;
  return `${notes.map(say).join('')}${faults.slice(0, SHOWN).map(say).join('')}${more}${verdict} (${lines} lines).\n${end}`;
}

/** The lines of a file of any size. */
async function* linesOf(file: string): AsyncGenerator<{ bytes: Buffer; complete: boolean }> {
  let rest = Buffer.alloc(0);
  for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) {
    let text = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    for (let end = text.indexOf(LINE_FEED); end !== -1; end = text.indexOf(LINE_FEED)) {
      yield { bytes: text.subarray(0, end), complete: true };
      text = text.subarray(end + 1);
    }
    rest = Buffer.from(text);
  }
  if (rest.length > 0) yield { bytes: rest, complete: false };
}
