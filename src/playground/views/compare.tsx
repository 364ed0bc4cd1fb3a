import { percent, points, words } from '../logic/format.js';
import type { Entry } from '../logic/history.js';

interface CompareProps {
  readonly pinned: readonly Entry[];
  readonly history: readonly Entry[];
  readonly onOpen: (entry: Entry) => void;
  readonly onPin: (entry: Entry) => void;
  readonly onUnpin: () => void;
  readonly onClear: () => void;
}

/** Predictions that were looked at, kept by this browser alone; any two of them side by side. */
export function CompareView({ pinned, history, onOpen, onPin, onUnpin, onClear }: CompareProps) {
  return (
    <div class="stack">
      <section class="card" aria-labelledby="compare-title">
        <div class="card-head">
          <h2 id="compare-title">Compare</h2>
          {pinned.length === 0 ? null : (
            <button type="button" class="quiet" onClick={onUnpin}>
              Unpin all
            </button>
          )}
        </div>
        {pinned.length < 2 ? (
          <p class="lead">
            Pin two predictions, of two inputs or of two versions, to see them side by side
            {pinned.length === 1 ? ': one is pinned, one to go.' : '.'}
          </p>
        ) : (
          <SideBySide one={pinned[0]!} other={pinned[1]!} />
        )}
      </section>
      <section class="card" aria-labelledby="history-title">
        <div class="card-head">
          <h2 id="history-title">History</h2>
          <button type="button" class="quiet" disabled={history.length + pinned.length === 0} onClick={onClear}>
            Clear history
          </button>
        </div>
        {history.length === 0 ? (
          <p class="lead">Nothing yet. What you predict is kept here, in this browser only.</p>
        ) : null}
        <ol class="history">
          {history.map((entry) => (
            <li key={entry.at}>
              <button
                type="button"
                class="entry"
                onClick={() => {
                  onOpen(entry);
                }}
              >
                <b>{entry.label}</b> {percent(entry.probabilities[entry.label] ?? 0)}
                <span class="fine">
                  {entry.model} {entry.version} · {Object.values(entry.row).join(' · ')}
                </span>
              </button>
              <button
                type="button"
                class="quiet"
                aria-label={`Pin ${entry.label} of ${entry.model} ${entry.version}`}
                onClick={() => {
                  onPin(entry);
                }}
              >
                Pin
              </button>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

function SideBySide({ one, other }: { readonly one: Entry; readonly other: Entry }) {
  const features = [...new Set([...Object.keys(one.row), ...Object.keys(other.row)])];
  const classes = [...new Set([...Object.keys(one.probabilities), ...Object.keys(other.probabilities)])];
  return (
    <div class="scroll" role="region" aria-label="Side by side" tabIndex={0}>
      <table class="compare">
        <caption class="sr-only">Two pinned predictions</caption>
        <thead>
          <tr>
            <td />
            <th scope="col">
              A <span class="fine">{`${one.model} ${one.version}`}</span>
            </th>
            <th scope="col">
              B <span class="fine">{`${other.model} ${other.version}`}</span>
            </th>
            <th scope="col">B − A</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Prediction</th>
            <td>
              <b>{one.label}</b>
            </td>
            <td class={one.label === other.label ? '' : 'differs'}>
              <b>{other.label}</b>
            </td>
            <td />
          </tr>
          {classes.map((label) => {
            const [a, b] = [one.probabilities[label], other.probabilities[label]];
            return (
              <tr key={label}>
                <th scope="row">P({label})</th>
                <td>{a === undefined ? '' : percent(a)}</td>
                <td>{b === undefined ? '' : percent(b)}</td>
                <td class="figure">{a === undefined || b === undefined ? '' : points(b - a)}</td>
              </tr>
            );
          })}
          {features.map((name) => (
            <tr key={name}>
              <th scope="row">{words(name)}</th>
              <td>{one.row[name] ?? '(empty)'}</td>
              <td class={one.row[name] === other.row[name] ? '' : 'differs'}>{other.row[name] ?? '(empty)'}</td>
              <td />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
