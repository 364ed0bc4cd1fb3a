import type { Poll } from '../core/ports/group-questions.js';
import type { Answer, Question } from './messages.js';

/** A question under way. */
interface Round {
  readonly asked: number;
  readonly waiting: Set<number>;
  readonly answers: unknown[];
  readonly end: () => void;
}

/** Puts a question to several processes at once, and gathers what they answer in time. */
export class QuestionRelay {
  private readonly rounds = new Map<number, Round>();
  private tickets = 0;

  /** @param put hands the question to the process in this place. */
  constructor(private readonly put: (place: number, ticket: number, question: Question) => void) {}

  ask(places: Iterable<number>, question: Question, withinMs: number): Promise<Poll<unknown>> {
    const ticket = this.tickets++;
    const waiting = new Set(places);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        round.end();
      }, withinMs);
      const round: Round = {
        asked: waiting.size,
        waiting,
        answers: [],
        end: () => {
          clearTimeout(timer);
          this.rounds.delete(ticket);
          resolve({ answers: round.answers, asked: round.asked });
        },
      };
      this.rounds.set(ticket, round);
      for (const place of waiting) this.put(place, ticket, question);
      endWhenComplete(round);
    });
  }

  answered(place: number, ticket: number, answer: Answer): void {
    const round = this.rounds.get(ticket);
    if (!round?.waiting.delete(place)) return;
    if (answer.known) round.answers.push(answer.value);
    endWhenComplete(round);
  }

  /** The process in this place is dead: nobody waits for it any more. */
  left(place: number): void {
    for (const round of [...this.rounds.values()]) if (round.waiting.delete(place)) endWhenComplete(round);
  }
}

function endWhenComplete({ waiting, end }: Round): void {
  if (waiting.size === 0) end();
}
