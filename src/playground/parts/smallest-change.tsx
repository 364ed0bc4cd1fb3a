import { percent, words } from '../logic/format.js';
import type { Counterfactual, Row } from '../types.js';

interface ChangeProps {
  readonly answer: Counterfactual;
  readonly onApply: (row: Row) => void;
}

/** The least that would have to be different for another class to win. */
export function SmallestChange({ answer, onApply }: ChangeProps) {
  const { found, from, to, changes = [], input, exhaustive } = answer;
  if (!found || to === undefined || input === undefined) {
    return <p class="lead">No change of up to three values was found that takes it away from {from.label}.</p>;
  }
  return (
    <div class="change">
      <p class="lead">
        It would be <b>{to.label}</b> ({percent(to.probability)}) instead of {from.label}, if
      </p>
      <ul>
        {changes.map(({ feature, from: before, to: after }) => (
          <li key={feature}>
            <b>{words(feature)}</b> were <del>{before ?? '(empty)'}</del> <span aria-hidden="true">→</span>{' '}
            <ins>{after}</ins>
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="quiet"
        onClick={() => {
          onApply(input);
        }}
      >
        Try this change
      </button>
      <p class="fine">
        Predicted anew by the model.{' '}
        {exhaustive === true ? 'Every smaller change was tried.' : 'A smaller one may exist: not all were tried.'}
      </p>
    </div>
  );
}
