import { lineProgress } from '../../src/cli/line-progress.js';
import { exitCodeOf } from '../../src/cli/exit.js';
import { trainWords, type TrainOptions } from '../../src/cli/train-options.js';
import { prepareTable } from '../../src/cli/train-table.js';
import { reasonOf } from '../../src/core/errors.js';

export interface Refusal {
  readonly code: number;
  readonly stderr: string;
}

/**
 * What `train` says to a table that it refuses before it searches, without the thread that it would train in: to start one
 * takes a second. Fails where the table is not refused.
 */
export async function refusedTable(...words: string[]): Promise<Refusal> {
  const command = trainWords().exitOverride().parse(words, { from: 'user' });
  let stderr = '';
  const say = (text: string) => void (stderr += text);
  const open = () => {
    throw new Error('The table was not refused.');
  };
  const attendance = { say, progress: lineProgress(say), stopAsked: () => false, checkpoints: { open } };
  try {
    await prepareTable(command.args[0]!, command.opts<TrainOptions>(), attendance);
    throw new Error('The table was not refused.');
  } catch (error) {
    return { code: exitCodeOf(error), stderr: `${stderr}error: ${reasonOf(error)}\n` };
  }
}
