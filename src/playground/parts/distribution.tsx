import type { DriftBin } from '../live-types.js';
import { binName, distributionText } from '../logic/drift.js';
import { number, percent } from '../logic/format.js';

const [WIDTH, HEIGHT, PAD, GAP] = [240, 88, 6, 3];
const [BAR_WIDTH, BAR_HEIGHT] = [100, 14];

interface DistributionProps {
  readonly name: string;
  readonly bins: readonly DriftBin[];
  /** How a bound is written. */
  readonly show?: (value: number) => string;
}

/** Training and the window side by side: a pair of bars for each label, or for each range of numbers. */
export function Distribution({ name, bins, show = number }: DistributionProps) {
  if (bins.length === 0) return null;
  return bins[0]!.label === undefined ? <Numbers {...{ name, bins, show }} /> : <Labels {...{ name, bins }} />;
}

function Labels({ name, bins }: DistributionProps) {
  const most = Math.max(...bins.flatMap(({ reference, window }) => [reference, window]), Number.EPSILON);
  return (
    <table class="pairs">
      <caption class="sr-only">Distribution of {name}</caption>
      <thead class="sr-only">
        <tr>
          {['value', 'in training', 'now'].map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {bins.map(({ label = '', reference, window }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td>
              <div class="pair">
                <svg viewBox={`0 0 ${BAR_WIDTH} ${BAR_HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
                  <rect class="reference" y="0" height="6" width={(BAR_WIDTH * reference) / most} />
                  <rect class="window" y="7" height="6" width={(BAR_WIDTH * window) / most} />
                </svg>
                <span class="figure">{percent(reference)}</span>
              </div>
            </td>
            <td class="figure">{percent(window)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Numbers({ name, bins, show }: Required<DistributionProps>) {
  const most = Math.max(...bins.flatMap(({ reference, window }) => [reference, window]), Number.EPSILON);
  const slot = (WIDTH - 2 * PAD) / bins.length;
  const bar = (slot - GAP) / 2;
  const height = (share: number) => ((HEIGHT - 2 * PAD) * share) / most;
  const bounds = bins.flatMap(({ from, to }) => [from, to]).filter((bound) => bound != null);
  return (
    <>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={distributionText(name, bins, show)}
      >
        {bins.map(({ reference, window }, at) => (
          <g key={at} transform={`translate(${(PAD + at * slot + GAP / 2).toFixed(2)} 0)`}>
            <rect class="reference" y={HEIGHT - PAD - height(reference)} height={height(reference)} width={bar} />
            <rect class="window" x={bar} y={HEIGHT - PAD - height(window)} height={height(window)} width={bar} />
          </g>
        ))}
      </svg>
      <p class="axis" aria-hidden="true">
        <span>{bounds.length === 0 ? '' : show(bounds[0]!)}</span>
        <span>{bounds.length === 0 ? '' : show(bounds.at(-1)!)}</span>
      </p>
      <details class="numbers">
        <summary>{name} in numbers</summary>
        <ul>
          {bins.map((bin, at) => (
            <li key={at}>
              {binName(bin, show)}: {percent(bin.reference)} → {percent(bin.window)}
            </li>
          ))}
        </ul>
      </details>
    </>
  );
}
