import { ANSWER_WITHIN_MS, type GroupQuestions, type Poll } from '../core/ports/group-questions.js';
import type { FromProcess, Question } from './messages.js';
import { QuestionDesk } from './question-desk.js';

/** Questions of a process that is one of a group: its own go to the supervisor, who puts them to everyone. */
export class MemberQuestions extends QuestionDesk implements GroupQuestions {
  private readonly polls = new Map<number, (poll: Poll<never>) => void>();
  private tickets = 0;

  constructor(private readonly send: (message: FromProcess) => void) {
    super();
  }

  ask<A>(name: string, payload: unknown = null, withinMs = ANSWER_WITHIN_MS): Promise<Poll<A>> {
    const ticket = this.tickets++;
    return new Promise((resolve) => {
      this.polls.set(ticket, resolve);
      this.send({ type: 'ask', ticket, question: { name, payload }, withinMs });
    });
  }

  async asked(ticket: number, question: Question): Promise<void> {
    this.send({ type: 'answer', ticket, answer: await this.reply(question) });
  }

  polled(ticket: number, poll: Poll<unknown>): void {
    this.polls.get(ticket)?.(poll as Poll<never>);
    this.polls.delete(ticket);
  }
}
