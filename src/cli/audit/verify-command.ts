import type { Command } from 'commander';
import { type ChainFault, type Verification, verifyChain } from '../../observability/audit/verify.js';
import { EXIT, type ExitCode } from '../exit.js';
import type { Terminal } from '../terminal.js';
import { auditLines } from './audit-lines.js';

interface Options {
  readonly head?: string;
  readonly json?: boolean;
}

/** How many faults are printed. */
const SHOWN = 20;

/** `audit verify <file>`: whether the lines of an audit log are all there, unchanged and in their order. */
export function addVerify(
  program: Command,
  terminal: Pick<Terminal, 'out' | 'err'>,
  done: (code: ExitCode) => void,
): void {
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
      const found = await verifyChain(auditLines(file));
      const wrongHead = head !== undefined && head !== found.head;
      terminal.out(
        json === true
          ? `${JSON.stringify({ ...found, whole: !wrongHead && found.faults.length === 0 })}\n`
          : report(found),
      );
      if (wrongHead) {
        terminal.err(`The last line is not the one with the digest ${head}: lines were cut off or added.\n`);
      }
      if (wrongHead || found.faults.length > 0) done(EXIT.verification);
    });
}

function report({ lines, faults, notes, seq, head }: Verification): string {
  const say = ({ line, message }: ChainFault) => `line ${line} ${message}\n`;
  const more = faults.length > SHOWN ? `... and ${faults.length - SHOWN} more\n` : '';
  const verdict =
    faults.length === 0 ? 'All there, unchanged and in order' : `Not what was written: ${faults.length} faults`;
  const end = seq === 0 ? '' : `Last line: number ${seq}, digest ${head}\n`;
  return `${notes.map(say).join('')}${faults.slice(0, SHOWN).map(say).join('')}${more}${verdict} (${lines} lines).\n${end}`;
}
