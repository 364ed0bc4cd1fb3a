import { useState } from 'preact/hooks';
import { percent } from '../logic/format.js';
import type { Outcome } from '../logic/batches.js';

const ROW_HEIGHT = 36;
const VISIBLE = 14;
/** Drawn above and below what is seen, so that scrolling shows no gaps. */
const SPARE = 6;

interface TableProps {
  readonly columns: readonly string[];
  readonly records: readonly Record<string, string>[];
  readonly outcomes: readonly Outcome[];
  readonly labels: readonly string[];
}

/** Any number of rows, of which only those near the view exist. */
export function VirtualTable({ columns, records, outcomes, labels }: TableProps) {
  const [top, setTop] = useState(0);
  const first = Math.max(0, Math.floor(top / ROW_HEIGHT) - SPARE);
  const last = Math.min(outcomes.length, first + VISIBLE + 2 * SPARE);
  return (
    <div
      class="scroll virtual"
      role="region"
      aria-label="Predictions of the file"
      tabIndex={0}
      onScroll={(event) => {
        setTop(event.currentTarget.scrollTop);
      }}
    >
      <table aria-rowcount={outcomes.length + 1}>
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">Prediction</th>
            {labels.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 ? <Gap height={first * ROW_HEIGHT} /> : null}
          {outcomes.slice(first, last).map((outcome, offset) => {
            const at = first + offset;
            return (
              <tr key={at} aria-rowindex={at + 2} class={'problem' in outcome ? 'refused' : ''}>
                <th scope="row">{at + 1}</th>
                {'problem' in outcome ? (
                  <td colSpan={labels.length + 1} title={outcome.problem}>
                    {outcome.problem}
                  </td>
                ) : (
                  <>
                    <td>
                      <b>{outcome.result.label}</b>
                    </td>
                    {labels.map((label) => (
                      <td key={label} class="figure">
                        {percent(outcome.result.probabilities[label] ?? 0)}
                      </td>
                    ))}
                  </>
                )}
                {columns.map((column) => (
                  <td key={column}>{records[at]?.[column]}</td>
                ))}
              </tr>
            );
          })}
          {last < outcomes.length ? <Gap height={(outcomes.length - last) * ROW_HEIGHT} /> : null}
        </tbody>
      </table>
    </div>
  );
}

const Gap = ({ height }: { readonly height: number }) => (
  <tr aria-hidden="true">
    <td class="gap" style={{ height: `${height}px` }} />
  </tr>
);
