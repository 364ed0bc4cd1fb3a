import { Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { barProgress } from './bar-progress.js';

/** A terminal of 120 columns, and what was written to it. */
class FakeTerminal extends Writable {
  readonly isTTY = true;
  readonly columns = 120;
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  async showing(what: RegExp): Promise<string> {
    let found;
    while ((found = what.exec(this.text)) === null) await setTimeout(5);
    return found[0];
  }
}

const figures = { loss: 0.5, accuracy: 0.75 };

describe('progress on a terminal', () => {
  it('shows the part that is done, also within a step, where it stands, its figures and the time left', async () => {
    const terminal = new FakeTerminal();
    const phase = barProgress(terminal).start('Search', 4);
    phase.step('epoch 1/4', { epoch: 1, ...figures });
    phase.part('epoch 2/4', 0.5, figures);
    const line = await terminal.showing(/Search \[#{8}\.{12}\] 37 % .*/);
    expect(line).toMatch(/epoch 2\/4 {2}loss 0\.5\d* {2}accuracy 0\.75\d* {2}ETA \d+s/);
    phase.end();
  });

  it('says nothing of the time left before it knows', async () => {
    const terminal = new FakeTerminal();
    const phase = barProgress(terminal).start('Search', 4);
    phase.part('epoch 1/4', 0.01, figures);
    await terminal.showing(/epoch 1\/4 .*ETA/);
    phase.end();
    expect(terminal.text).not.toMatch(/ETA (?!\d|-)/);
  });

  it('is complete where the rest was not needed, and leaves the line to what comes next', async () => {
    const terminal = new FakeTerminal();
    const phase = barProgress(terminal).start('Search', 4);
    phase.step('epoch 1/4', { epoch: 1, ...figures });
    phase.skip(3);
    phase.end();
    await terminal.showing(/\[#{20}\] 100 %/);
    expect(terminal.text.endsWith('\n')).toBe(true);
  });
});
