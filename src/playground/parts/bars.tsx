import { percent } from '../logic/format.js';
import type { ClassLabel, Decision } from '../types.js';

interface BarsProps {
  readonly classes: readonly ClassLabel[];
  readonly probabilities: Record<string, number>;
  readonly winner: string;
  readonly decision?: Decision | undefined;
  readonly caption: string;
}

/** Probabilities as a table whose rows are bars: what is seen is what is read out. */
export function Bars({ classes, probabilities, winner, decision, caption }: BarsProps) {
  return (
    <table class="bars">
      <caption class="sr-only">{caption}</caption>
      <thead class="sr-only">
        <tr>
          <th scope="col">Class</th>
          <th scope="col">Probability</th>
        </tr>
      </thead>
      <tbody>
        {classes.map(({ label, title }) => (
          <tr key={label} class={label === winner ? 'winner' : ''}>
            <th scope="row" title={title}>
              {label}
            </th>
            <td>
              <span class="track" aria-hidden="true">
                <span class="fill" style={{ width: `${100 * (probabilities[label] ?? 0)}%` }} />
                {decision?.positive === label ? (
                  <span class="threshold" style={{ left: `${100 * decision.threshold}%` }} />
                ) : null}
              </span>
              <span class="figure">{percent(probabilities[label] ?? 0)}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
