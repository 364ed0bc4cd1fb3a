import type { Answerer } from '../core/ports/group-questions.js';
import type { Answer, Question } from './messages.js';

/** Who answers which question in this process. */
export class QuestionDesk {
  private readonly answerers = new Map<string, Answerer>();

  answer(name: string, answerer: Answerer): void {
    this.answerers.set(name, answerer);
  }

  knows(name: string): boolean {
    return this.answerers.has(name);
  }

  /** Never rejects: a process that cannot say is one answer less. */
  async reply({ name, payload }: Question): Promise<Answer> {
    const answerer = this.answerers.get(name);
    if (answerer === undefined) return { known: false };
    try {
      return { known: true, value: await answerer(payload as never) };
    } catch {
      return { known: false };
    }
  }
}
