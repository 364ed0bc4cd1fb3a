import { percent, points, words } from '../logic/format.js';
import type { Explanations } from '../types.js';

/** How each feature moved the probability of the class, from the base value to the prediction, as a waterfall. */
export function Why({ answer }: { readonly answer: Explanations }) {
  const [explanation] = answer.explanations;
  if (explanation === undefined) return null;
  const { label, baseValue, probability, method } = explanation;
  const steps = [...explanation.contributions]
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
    .reduce<Step[]>(
      (done, one) => [
        ...done,
        { ...one, from: done.at(-1)?.to ?? baseValue, to: (done.at(-1)?.to ?? baseValue) + one.contribution },
      ],
      [],
    );
  const ends = [baseValue, probability, ...steps.map(({ to }) => to)];
  const [least, most] = [Math.min(0, ...ends), Math.max(1, ...ends)];
  const place = (value: number) => (100 * (value - least)) / (most - least);
  return (
    <>
      <p class="lead">
        On average the model gives <b>{label}</b> {percent(baseValue)}. These values take it to {percent(probability)}.
      </p>
      <table class="waterfall">
        <caption class="sr-only">Contribution of each feature to {label}, in percentage points</caption>
        <thead class="sr-only">
          <tr>
            <th scope="col">Feature</th>
            <th scope="col">Contribution</th>
          </tr>
        </thead>
        <tbody>
          {steps.map(({ feature, value, contribution, from, to, standardError }) => (
            <tr key={feature}>
              <th scope="row">
                {words(feature)} <span class="value">{value ?? '(empty)'}</span>
              </th>
              <td>
                <span class="track" aria-hidden="true">
                  <span
                    class={`fill ${contribution < 0 ? 'down' : 'up'}`}
                    style={{ left: `${place(Math.min(from, to))}%`, width: `${Math.abs(place(to) - place(from))}%` }}
                  />
                </span>
                <span class="figure" title={standardError === undefined ? undefined : `± ${points(standardError)}`}>
                  {points(contribution)}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="fine">
        {method === 'exact' ? 'Exact Shapley values' : 'Sampled Shapley values (estimates)'} against{' '}
        {answer.backgroundRows} rows of the model package; base value and contributions add up to the prediction.
      </p>
    </>
  );
}

interface Step {
  readonly feature: string;
  readonly value: string | number | null;
  readonly contribution: number;
  readonly standardError?: number;
  readonly from: number;
  readonly to: number;
}
