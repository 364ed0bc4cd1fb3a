/** Something that every process of the group is to do. Plain data: it travels between processes. */
export interface GroupCommand {
  readonly name: string;
  readonly payload: unknown;
  /** What every process does next when all have done it, before anything else is begun. */
  readonly then?: GroupCommand;
  /** What every process does next when one has refused it, before anything else is begun. */
  readonly otherwise?: GroupCommand;
}

/** Does a command in one process; what it resolves to is plain data too. */
export type CommandHandler = (payload: never) => Promise<unknown>;

/** How something is done in every process that shares the port; a process that is alone is a group of one. */
export interface GroupCommands {
  /** Says who does the commands of this name in this process. Commands that came before wait for it. */
  handle(name: string, handler: CommandHandler): void;
  /**
   * Has every process of the group do it, this one included, and resolves with their answers. Commands are done one after
   * the other in the same order everywhere. Rejects with the first refusal when all are done; a process that dies
   * meanwhile does not count, and one that joins meanwhile does it too, perhaps without what came before it.
   */
  call(command: GroupCommand): Promise<readonly unknown[]>;
}

export const GROUP_COMMANDS = Symbol('GROUP_COMMANDS');
