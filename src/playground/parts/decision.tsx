import { percent } from '../logic/format.js';
import type { Manifest } from '../types.js';

const CRITERIA: Readonly<Record<string, string>> = {
  'balanced-accuracy': 'It was chosen for the highest balanced accuracy, on rows that the network had not learnt from.',
  f1: 'It was chosen for the highest F1, on rows that the network had not learnt from.',
  given: 'It was given by hand.',
};

/** From which probability on the class of interest is answered; nothing where the likeliest class always is. */
export function DecisionCard({ manifest }: { readonly manifest: Manifest }) {
  const { decision, metrics, signature } = manifest;
  if (decision === undefined) return null;
  const { positive, threshold, criterion } = decision;
  const other = signature.classes.find(({ label }) => label !== positive)?.label;
  const tradeOff = metrics.heldOut?.tradeOff ?? [];
  const caption = `What thresholds of ${positive} come to`;
  return (
    <section class="card" aria-labelledby="decision-title">
      <h2 id="decision-title">Decision threshold</h2>
      <p class="lead">
        {positive} is answered where its probability reaches {percent(threshold)}, else {other}. {CRITERIA[criterion]}
      </p>
      {tradeOff.length === 0 ? null : (
        <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
          <table>
            <caption>{caption}, on held-out rows</caption>
            <thead>
              <tr>
                <th scope="col">threshold</th>
                {['sensitivity', 'specificity', 'precision'].map((head) => (
                  <th key={head} scope="col" class="figure">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {tradeOff.map((point) => (
                <tr key={point.threshold}>
                  <th scope="row">
                    {percent(point.threshold)}{' '}
                    {point.threshold === threshold ? <span class="badge">in force</span> : null}
                  </th>
                  <td class="figure">{percent(point.sensitivity)}</td>
                  <td class="figure">{percent(point.specificity)}</td>
                  <td class="figure">{percent(point.precision)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
