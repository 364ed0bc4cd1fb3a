import { reasonOf, TensornestError } from '../core/errors.js';
import type { GroupCommand, GroupCommands } from '../core/ports/group-commands.js';
import { CommandDesk } from './command-desk.js';
import type { FromProcess, Outcome } from './messages.js';

/** Commands of a process that is one of a group: its own go to the supervisor, who has everyone do them. */
export class MemberCommands extends CommandDesk implements GroupCommands {
  private readonly calls = new Map<number, PromiseWithResolvers<readonly unknown[]>>();
  private tickets = 0;

  constructor(private readonly send: (message: FromProcess) => void) {
    super();
  }

  call(command: GroupCommand): Promise<readonly unknown[]> {
    const ticket = this.tickets++;
    const pending = Promise.withResolvers<readonly unknown[]>();
    this.calls.set(ticket, pending);
    this.send({ type: 'call', ticket, command });
    return pending.promise;
  }

  async do(ticket: number, command: GroupCommand): Promise<void> {
    this.send({ type: 'done', ticket, outcome: await this.outcomeOf(command) });
  }

  called(ticket: number, outcomes: readonly Outcome[]): void {
    const pending = this.calls.get(ticket);
    this.calls.delete(ticket);
    const values: unknown[] = [];
    for (const outcome of outcomes) {
      if (!outcome.ok) {
        pending?.reject(new TensornestError(outcome.code, outcome.message));
        return;
      }
      values.push(outcome.value);
    }
    pending?.resolve(values);
  }

  /** NOTE: an error does not survive the way to another process: its class would be lost. */
  private async outcomeOf(command: GroupCommand): Promise<Outcome> {
    try {
      return { ok: true, value: await this.perform(command) };
    } catch (error) {
      const code = error instanceof TensornestError ? error.code : 'internal';
      return { ok: false, code, message: reasonOf(error) };
    }
  }
}
