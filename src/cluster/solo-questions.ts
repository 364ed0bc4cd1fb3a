import { ANSWER_WITHIN_MS, type GroupQuestions, type Poll } from '../core/ports/group-questions.js';
import { QuestionDesk } from './question-desk.js';
import { QuestionRelay } from './question-relay.js';

const OWN_PLACE = 0;

/** The questions of a process that is alone. */
export class SoloQuestions extends QuestionDesk implements GroupQuestions {
  private readonly relay = new QuestionRelay((place, ticket, question) => {
    void this.reply(question).then((answer) => {
      this.relay.answered(place, ticket, answer);
    });
  });

  ask<A>(name: string, payload: unknown = null, withinMs = ANSWER_WITHIN_MS): Promise<Poll<A>> {
    return this.relay.ask([OWN_PLACE], { name, payload }, withinMs) as Promise<Poll<A>>;
  }
}
