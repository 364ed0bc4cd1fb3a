import { describe, expect, it } from 'vitest';
import { TensornestError } from '../core/errors.js';
import { SoloCommands } from './solo-commands.js';

function deskThatRefuses(refused: string) {
  const done: string[] = [];
  const commands = new SoloCommands();
  for (const name of ['prepare', 'commit', 'abandon', 'other']) {
    commands.handle(name, async () => {
      await new Promise(setImmediate);
      done.push(name);
      if (name === refused) throw new TensornestError('digest-mismatch', 'weights.bin');
      return name;
    });
  }
  return { commands, done };
}

const plain = (name: string) => ({ name, payload: null });
const CHANGE = { ...plain('prepare'), then: plain('commit'), otherwise: plain('abandon') };

describe('the commands of a process that is alone', () => {
  it('are done one after the other, each with what follows it', async () => {
    const { commands, done } = deskThatRefuses('');
    expect(await Promise.all([commands.call(CHANGE), commands.call(plain('other'))])).toEqual([['commit'], ['other']]);
    expect(done).toEqual(['prepare', 'commit', 'other']);
  });

  it('are given up when they are refused, and the next one is done all the same', async () => {
    const { commands, done } = deskThatRefuses('prepare');
    const refused = expect(commands.call(CHANGE)).rejects.toMatchObject({ code: 'digest-mismatch' });
    expect(await commands.call(plain('other'))).toEqual(['other']);
    await refused;
    expect(done).toEqual(['prepare', 'abandon', 'other']);
  });

  it('wait for somebody who does them', async () => {
    const commands = new SoloCommands();
    const answer = commands.call(plain('later'));
    commands.handle('later', () => Promise.resolve('done'));
    expect(await answer).toEqual(['done']);
  });
});
