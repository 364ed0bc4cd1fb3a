import type { CommandHandler, GroupCommand } from '../core/ports/group-commands.js';

/** Who does which command in this process. */
export class CommandDesk {
  private readonly handlers = new Map<string, PromiseWithResolvers<CommandHandler>>();

  handle(name: string, handler: CommandHandler): void {
    this.handlerOf(name).resolve(handler);
  }

  /** Does the command as soon as somebody does commands of its name. */
  protected async perform({ name, payload }: GroupCommand): Promise<unknown> {
    const handler = await this.handlerOf(name).promise;
    return handler(payload as never);
  }

  private handlerOf(name: string): PromiseWithResolvers<CommandHandler> {
    let handler = this.handlers.get(name);
    if (handler === undefined) {
      handler = Promise.withResolvers<CommandHandler>();
      this.handlers.set(name, handler);
    }
    return handler;
  }
}
