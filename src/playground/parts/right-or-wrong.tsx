import { useState } from 'preact/hooks';
import type { Api } from '../api.js';
import { PageError } from '../logic/page-error.js';
import type { ClassLabel } from '../types.js';

interface RightOrWrongProps {
  readonly api: Api;
  /** Of the row that is shown. */
  readonly id: string;
  readonly classes: readonly ClassLabel[];
  readonly predicted: string;
}

const THANKS: Readonly<Record<string, string>> = {
  recorded: 'Thank you: recorded.',
  repeated: 'That is known already.',
  replaced: 'Thank you: changed.',
};

/** Says what the row turned out to be, for the live accuracy. */
export function RightOrWrong({ api, id, classes, predicted }: RightOrWrongProps) {
  const [label, setLabel] = useState(predicted);
  const [told, setTold] = useState('');
  const send = () => {
    api.feedback(id, label).then(
      (status) => {
        setTold(THANKS[status] ?? status);
      },
      (error: unknown) => {
        setTold(error instanceof PageError ? error.message : 'It could not be sent.');
      },
    );
  };
  return (
    <div class="actions" role="group" aria-labelledby="right-title">
      <span id="right-title">Was this right?</span>
      <label class="inline">
        In truth it was{' '}
        <select
          value={label}
          onChange={(event) => {
            setLabel(event.currentTarget.value);
          }}
        >
          {classes.map((one) => (
            <option key={one.label} value={one.label}>
              {one.title}
            </option>
          ))}
        </select>
      </label>
      <button type="button" class="quiet" onClick={send}>
        Send feedback
      </button>
      <p role="status" class="fine">
        {told}
      </p>
    </div>
  );
}
