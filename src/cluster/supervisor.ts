import { reasonOf } from '../core/errors.js';
import { ANSWER_WITHIN_MS, type Poll } from '../core/ports/group-questions.js';
import type { LineSink } from '../core/ports/line-sink.js';
import { CommandRelay } from './command-relay.js';
import type { FromProcess, Question } from './messages.js';
import { QuestionDesk } from './question-desk.js';
import { QuestionRelay } from './question-relay.js';
import { Roster } from './roster.js';
import { Seat } from './seat.js';

export interface SupervisorOptions {
  readonly processes: number;
  /** Null when the audit log is off. */
  readonly audit: LineSink | null;
  readonly log: (level: 'warn' | 'error', message: string) => void;
  /** Prints for people. */
  readonly say: (text: string) => void;
}

/** The supervisor among the places that questions go to: it has things to say too, such as of its audit log. */
const OWN_PLACE = -1;

/** Keeps the processes of the group alive, tells each of them how the others are, and writes their one audit log. */
export class Supervisor {
  /** What the supervisor itself answers when a process asks everyone. */
  readonly questions = new QuestionDesk();
  private readonly roster: Roster;
  private readonly seats: readonly Seat[];
  private readonly relay: CommandRelay;
  private readonly polls = new QuestionRelay((place, ticket, question) => {
    this.put(place, ticket, question);
  });
  private greeted = false;
  private failed = false;

  constructor(private readonly options: SupervisorOptions) {
    const { processes } = options;
    this.roster = new Roster(processes);
    this.seats = Array.from({ length: processes }, (_, place) => this.seat(place));
    this.relay = new CommandRelay(
      () => [...this.seats.keys()].filter((place) => this.seats[place]!.occupied),
      (place, ticket, command) => {
        this.seats[place]!.send({ type: 'do', ticket, command });
      },
    );
  }

  /** Resolves when every process has ended after `stop`, with the exit code of the group. */
  async run(): Promise<0 | 1> {
    const endings = await Promise.all(this.seats.map((seat, place) => this.runSeat(seat, place)));
    const written = await this.flush();
    return written && !this.failed && endings.every((well) => well) ? 0 : 1;
  }

  /** Has every process know whether the audit log can be written, and its copies be sent. */
  tellAuditFault(what: 'auditFault' | 'sinkFault', fault: string | undefined): void {
    this.roster[what] = fault;
    this.tellAll();
  }

  /** Asks every process that serves; see `GroupQuestions.ask`. */
  ask<A>(name: string, payload: unknown = null, withinMs = ANSWER_WITHIN_MS): Promise<Poll<A>> {
    return this.polls.ask(this.roster.live, { name, payload }, withinMs) as Promise<Poll<A>>;
  }

  /** Passes the signal on to every process; none is replaced any more. */
  stop(signal: NodeJS.Signals): void {
    for (const seat of this.seats) seat.stop(signal);
  }

  private async runSeat(seat: Seat, place: number): Promise<boolean> {
    const well = await seat.run();
    // The others may be waiting for it, and then cannot end themselves.
    this.relay.left(place);
    this.polls.left(place);
    return well;
  }

  private seat(place: number): Seat {
    return new Seat({
      view: () => this.roster.seenFrom(place),
      begun: () => {
        this.relay.joined(place);
      },
      listening: () => {
        this.roster.joined(place);
        this.tellAll();
      },
      message: (message) => {
        this.receive(place, message);
      },
      died: (pid, reason, waitMs) => {
        const when = waitMs === 0 ? 'now' : `in ${waitMs} ms`;
        this.options.log('warn', `Process ${pid ?? 'that was due'} ended (${reason}); the next one starts ${when}.`);
        this.roster.left(place);
        this.relay.left(place);
        this.polls.left(place);
        this.tellAll();
      },
    });
  }

  private receive(place: number, message: FromProcess): void {
    switch (message.type) {
      case 'state':
        this.roster.heard(place, message.state);
        this.tellAll();
        break;
      case 'greeting':
        this.greet(message.text);
        break;
      case 'audit':
        this.options.audit?.write(message.lines);
        break;
      case 'flush':
        void this.flush().then(() => {
          this.seats[place]!.send({ type: 'flushed', ticket: message.ticket });
        });
        break;
      case 'call':
        void this.relay.run(message.command).then((outcomes) => {
          this.seats[place]!.send({ type: 'called', ticket: message.ticket, outcomes });
        });
        break;
      case 'done':
        this.relay.done(place, message.ticket, message.outcome);
        break;
      case 'ask':
        void this.polls.ask(this.asked(place, message.question), message.question, message.withinMs).then((poll) => {
          this.seats[place]!.send({ type: 'polled', ticket: message.ticket, poll });
        });
        break;
      case 'answer':
        this.polls.answered(place, message.ticket, message.answer);
        break;
      case 'failed':
        this.fail(message.message);
        break;
    }
  }

  /** Who is asked when the process in `place` asks: a process that does not serve yet would only be waited for. */
  private asked(place: number, { name }: Question): Set<number> {
    return new Set([...(this.questions.knows(name) ? [OWN_PLACE] : []), place, ...this.roster.live]);
  }

  private put(place: number, ticket: number, question: Question): void {
    if (place !== OWN_PLACE) {
      this.seats[place]!.send({ type: 'question', ticket, question });
      return;
    }
    void this.questions.reply(question).then((answer) => {
      this.polls.answered(place, ticket, answer);
    });
  }

  private tellAll(): void {
    for (const [place, seat] of this.seats.entries()) seat.send({ type: 'group', view: this.roster.seenFrom(place) });
  }

  /** A process sends its greeting after its state, so the last one to load brings the greeting of the group. */
  private greet(text: string): void {
    if (this.greeted || !this.roster.started) return;
    this.greeted = true;
    this.options.say(text);
  }

  /** Whether all audit lines so far have been written; a disk that is full must not keep the processes from ending. */
  private async flush(): Promise<boolean> {
    try {
      await this.options.audit?.flush();
      return true;
    } catch (error) {
      this.options.log('error', `The audit log could not be written: ${reasonOf(error)}`);
      return false;
    }
  }

  /** What keeps a process from its first start would keep every one from it; what stops a replacement may pass. */
  private fail(message: string): void {
    if (this.roster.started) {
      this.options.log('error', message);
      return;
    }
    if (!this.failed) this.options.say(`${message}\n`);
    this.failed = true;
    // Nothing was served, so nobody is to be waited for. NOTE: nor can a process be asked to end itself here: node:net throws
    // when a server is closed and its request to listen is refused after that (`handle.close()` of null, Node 24.21).
    this.stop('SIGKILL');
  }
}
