import type { GroupCommand } from '../core/ports/group-commands.js';
import type { Outcome } from './messages.js';

/** A command under way. */
interface Round {
  readonly ticket: number;
  readonly command: GroupCommand;
  readonly waiting: Set<number>;
  readonly outcomes: Outcome[];
  readonly done: () => void;
}

/** Has every process do a command, and waits until the last has done it before the next command begins. */
export class CommandRelay {
  private turn: Promise<unknown> = Promise.resolve();
  private tickets = 0;
  private round: Round | undefined;

  /**
   * @param places the places with a process that can be told something.
   * @param tell hands the command to the process in this place.
   */
  constructor(
    private readonly places: () => readonly number[],
    private readonly tell: (place: number, ticket: number, command: GroupCommand) => void,
  ) {}

  /** Resolves to how it ended in each process. */
  run(command: GroupCommand): Promise<readonly Outcome[]> {
    const mine = this.turn.then(() => this.begin(command));
    this.turn = mine;
    return mine;
  }

  done(place: number, ticket: number, outcome: Outcome): void {
    if (this.round?.ticket !== ticket || !this.round.waiting.delete(place)) return;
    this.round.outcomes.push(outcome);
    this.endWhenComplete();
  }

  /** The process in this place is dead: nobody waits for it any more. */
  left(place: number): void {
    this.round?.waiting.delete(place);
    this.endWhenComplete();
  }

  /** A new process is in this place: it must not miss what the others are doing. */
  joined(place: number): void {
    if (this.round === undefined) return;
    this.round.waiting.add(place);
    this.tell(place, this.round.ticket, this.round.command);
  }

  /** NOTE: here and not in the process that called, because that one may die between a command and what follows it. */
  private async begin(command: GroupCommand): Promise<readonly Outcome[]> {
    const outcomes = await this.everywhere(command);
    const refused = outcomes.some(({ ok }) => !ok);
    const next = refused ? command.otherwise : command.then;
    if (next === undefined) return outcomes;
    const later = await this.begin(next);
    return refused ? outcomes : later;
  }

  private async everywhere({ name, payload }: GroupCommand): Promise<readonly Outcome[]> {
    const ticket = this.tickets++;
    const outcomes: Outcome[] = [];
    await new Promise<void>((done) => {
      const command = { name, payload };
      this.round = { ticket, command, waiting: new Set(this.places()), outcomes, done };
      for (const place of this.round.waiting) this.tell(place, ticket, command);
      this.endWhenComplete();
    });
    return outcomes;
  }

  private endWhenComplete(): void {
    if (this.round?.waiting.size !== 0) return;
    const { done } = this.round;
    this.round = undefined;
    done();
  }
}
