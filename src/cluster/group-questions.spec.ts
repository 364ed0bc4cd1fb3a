import { describe, expect, it } from 'vitest';
import type { Answer } from './messages.js';
import { QuestionRelay } from './question-relay.js';
import { SoloQuestions } from './solo-questions.js';

const QUESTION = { name: 'counts', payload: null };
const said = (value: unknown): Answer => ({ known: true, value });
const LONG_MS = 60_000;
const SHORT_MS = 5;

function relay() {
  const put: { place: number; ticket: number }[] = [];
  return { put, relay: new QuestionRelay((place, ticket) => void put.push({ place, ticket })) };
}

describe('a question to the group', () => {
  it('is put to everyone at once and answered when the last has answered', async () => {
    const { put, relay: polls } = relay();
    const poll = polls.ask([0, 1], QUESTION, LONG_MS);
    expect(put.map(({ place }) => place)).toEqual([0, 1]);
    polls.answered(1, put[1]!.ticket, said('b'));
    polls.answered(0, put[0]!.ticket, said('a'));
    expect(await poll).toEqual({ answers: ['b', 'a'], asked: 2 });
  });

  it('waits for no other question', async () => {
    const { put, relay: polls } = relay();
    const slow = polls.ask([0], QUESTION, LONG_MS);
    const quick = polls.ask([0], QUESTION, LONG_MS);
    polls.answered(0, put[1]!.ticket, said('quick'));
    expect((await quick).answers).toEqual(['quick']);
    polls.answered(0, put[0]!.ticket, said('slow'));
    expect((await slow).answers).toEqual(['slow']);
  });

  it('goes without those that are too slow, die, or do not know', async () => {
    const { put, relay: polls } = relay();
    const poll = polls.ask([0, 1, 2, 3], QUESTION, SHORT_MS);
    polls.answered(0, put[0]!.ticket, said('a'));
    polls.answered(1, put[1]!.ticket, { known: false });
    polls.left(2);
    expect(await poll).toEqual({ answers: ['a'], asked: 4 });
    polls.answered(3, put[3]!.ticket, said('too late'));
  });

  it('counts nobody twice and waits for nobody where nobody is', async () => {
    const { put, relay: polls } = relay();
    const poll = polls.ask([0, 1], QUESTION, LONG_MS);
    polls.answered(0, put[0]!.ticket, said('a'));
    polls.answered(0, put[0]!.ticket, said('a'));
    polls.left(1);
    expect((await poll).answers).toEqual(['a']);
    expect(await polls.ask([], QUESTION, LONG_MS)).toEqual({ answers: [], asked: 0 });
  });
});

describe('the questions of a process that is alone', () => {
  it('are answered by itself, with what was asked', async () => {
    const questions = new SoloQuestions();
    questions.answer('double', (n: number) => Promise.resolve(2 * n));
    expect(await questions.ask('double', 21)).toEqual({ answers: [42], asked: 1 });
  });

  it('stay without an answer where nobody knows, it goes wrong, or it takes too long', async () => {
    const questions = new SoloQuestions();
    questions.answer('broken', () => {
      throw new Error('no');
    });
    questions.answer('slow', () => new Promise(() => undefined));
    const silence = { answers: [], asked: 1 };
    expect(await questions.ask('unheard')).toEqual(silence);
    expect(await questions.ask('broken')).toEqual(silence);
    expect(await questions.ask('slow', null, SHORT_MS)).toEqual(silence);
  });
});
