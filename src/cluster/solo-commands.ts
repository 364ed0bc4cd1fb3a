import type { GroupCommand, GroupCommands } from '../core/ports/group-commands.js';
import { CommandDesk } from './command-desk.js';

/** The commands of a process that is alone. */
export class SoloCommands extends CommandDesk implements GroupCommands {
  private turn: Promise<unknown> = Promise.resolve();

  call(command: GroupCommand): Promise<readonly unknown[]> {
    const mine = this.turn.then(async () => [await this.performAll(command)]);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async performAll(command: GroupCommand): Promise<unknown> {
    let value: unknown;
    try {
      value = await this.perform(command);
    } catch (refusal) {
      if (command.otherwise !== undefined) await this.performAll(command.otherwise);
      throw refusal;
    }
    return command.then === undefined ? value : this.performAll(command.then);
  }
}
