import { type InputProblem, TensornestError } from '../core/errors.js';
import type { FeedbackItem, FeedbackResult } from './feedback.dto.js';
import { type Judged, statusOf } from './feedback.service.js';

type Refused = Exclude<Judged, { readonly status: 'recorded' | 'repeated' | 'replaced' }>;

const MALFORMED =
  'must be the id of a prediction with the place of a row behind it, such as 019ac6a5-3c1e-7000-9f6b-2d8e41c07a35/0';

/** What was made of one label among others. */
export function resultOf({ id, label }: FeedbackItem, judged: Judged): FeedbackResult {
  const status = statusOf(judged.status);
  if (!('predicted' in judged)) return { id, status, detail: whyNot(judged) };
  const { model, version, predicted } = judged;
  const stands = judged.status === 'conflict' ? judged.stands : label;
  const about = { id, status, model, version, predicted, correct: predicted === stands };
  return judged.status === 'conflict' ? { ...about, detail: whyNot(judged) } : about;
}

/** The same of a label that came alone. Throws where nothing was recorded. */
export function soleResultOf(item: FeedbackItem, judged: Judged): FeedbackResult {
  switch (judged.status) {
    case 'malformed':
      throw refusal({ pointer: '/id', code: 'not-allowed', message: MALFORMED });
    case 'unknown-class':
      throw refusal({
        pointer: '/label',
        code: 'not-allowed',
        message: classesText(judged.classes),
        allowed: judged.classes,
      });
    case 'unknown':
      throw new TensornestError('unknown-prediction', whyNot(judged));
    case 'late':
      throw new TensornestError('feedback-late', whyNot(judged));
    case 'conflict':
      throw new TensornestError('feedback-conflict', whyNot(judged));
    case 'recorded':
    case 'repeated':
    case 'replaced':
      return resultOf(item, judged);
  }
}

function whyNot(judged: Refused): string {
  switch (judged.status) {
    case 'malformed':
      return `The id ${MALFORMED}.`;
    case 'unknown-class':
      return `The label ${classesText(judged.classes)}.`;
    case 'unknown':
      return 'There is no such row of a prediction that was made for you. It may have been lost before it was kept.';
    case 'late':
      return 'The prediction is kept no longer: see FEEDBACK_DAYS and FEEDBACK_STORE_MB.';
    case 'conflict':
      return `The row has the label ${JSON.stringify(judged.stands)} already, which stands: send "replace": true to put yours in its place.`;
  }
}

function classesText(classes: readonly string[]): string {
  return `must be one of ${classes.map((label) => JSON.stringify(label)).join(', ')}`;
}

function refusal(problem: InputProblem): TensornestError {
  return new TensornestError('invalid-input', `${problem.pointer} ${problem.message}.`, { problems: [problem] });
}
