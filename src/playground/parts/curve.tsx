import { number, percent, words } from '../logic/format.js';
import type { Curve, Feature } from '../types.js';

const [WIDTH, HEIGHT, PAD] = [240, 88, 6];

interface CurveProps {
  readonly curve: Curve;
  readonly feature: Feature | undefined;
  readonly label: string;
  readonly onPick: (value: string) => void;
}

/** How the probability of a class answers to one feature, all others as they are. */
export function ResponseCurve({ curve, feature, label, onPick }: CurveProps) {
  const chances = curve.probabilities[label] ?? [];
  const best = chances.indexOf(Math.max(...chances));
  const unit = feature?.kind === 'number' && feature.unit !== null ? ` ${feature.unit}` : '';
  const name = words(curve.feature, feature?.kind === 'number' ? feature.unit : null);
  return (
    <figure class="curve">
      <figcaption>
        {name} <span class="value">{curve.current === null ? '(empty)' : `${curve.current}${unit}`}</span>
      </figcaption>
      {curve.kind === 'number' ? (
        <Line {...{ curve, chances, label, name, unit }} />
      ) : (
        <Steps {...{ curve, chances, onPick, name }} />
      )}
      <p class="fine">
        Most likely {label} at {show(curve.values[best])}
        {unit}: {percent(chances[best] ?? 0)}
      </p>
    </figure>
  );
}

const show = (value: string | number | undefined) => (typeof value === 'number' ? number(value) : (value ?? ''));

interface LineProps {
  readonly curve: Curve;
  readonly chances: readonly number[];
  readonly label: string;
  readonly name: string;
  readonly unit: string;
}

function Line({ curve, chances, label, name, unit }: LineProps) {
  const values = curve.values as readonly number[];
  const [least, most] = [values[0] ?? 0, values.at(-1) ?? 1];
  const x = (value: number) => PAD + ((WIDTH - 2 * PAD) * (value - least)) / (most - least || 1);
  const y = (chance: number) => HEIGHT - PAD - (HEIGHT - 2 * PAD) * chance;
  const path = values
    .map((value, at) => `${at === 0 ? 'M' : 'L'}${x(value).toFixed(1)} ${y(chances[at] ?? 0).toFixed(1)}`)
    .join('');
  const now = typeof curve.current === 'number' ? Math.min(Math.max(curve.current, least), most) : null;
  const summary = `Probability of ${label} over ${name} from ${number(least)} to ${number(most)}${unit}: from ${percent(chances[0] ?? 0)} to ${percent(chances.at(-1) ?? 0)}.`;
  return (
    <>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={summary} preserveAspectRatio="none">
        <path class="area" d={`${path}L${x(most)} ${HEIGHT - PAD}L${x(least)} ${HEIGHT - PAD}Z`} />
        <path class="line" d={path} />
        {now === null ? null : <line class="now" x1={x(now)} x2={x(now)} y1={PAD} y2={HEIGHT - PAD} />}
      </svg>
      <p class="axis" aria-hidden="true">
        <span>{number(least)}</span>
        <span>{number(most)}</span>
      </p>
      <details class="numbers">
        <summary>Numbers of {name}</summary>
        <ul>
          {values.map((value, at) => (
            <li key={value}>
              {number(value)}: {percent(chances[at] ?? 0)}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}

interface StepsProps {
  readonly curve: Curve;
  readonly chances: readonly number[];
  readonly name: string;
  readonly onPick: (value: string) => void;
}

/** Each category as a button that takes its value over into the form. */
function Steps({ curve, chances, name, onPick }: StepsProps) {
  return (
    <ul class="choices">
      {curve.values.map((value, at) => (
        <li key={value}>
          <button
            type="button"
            aria-pressed={value === curve.current}
            onClick={() => {
              onPick(String(value));
            }}
          >
            <span class="track" aria-hidden="true">
              <span class="fill" style={{ width: `${100 * (chances[at] ?? 0)}%` }} />
            </span>
            <span class="name">
              <span class="sr-only">Set {name} to </span>
              {value}
            </span>
            <span class="figure">{percent(chances[at] ?? 0)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
