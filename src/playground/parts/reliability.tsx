import { number, percent } from '../logic/format.js';
import type { Calibration } from '../types.js';

const [SIZE, LEFT, BOTTOM, PAD] = [260, 52, 34, 14];
const TICKS = [0, 0.5, 1];
/** Radius of the point of all rows, in the units of the drawing; the area of a point stands for its rows. */
const [LARGEST, LEAST] = [11, 2.5];

const x = (confidence: number) => LEFT + (SIZE - LEFT - PAD) * confidence;
const y = (accuracy: number) => SIZE - BOTTOM - (SIZE - BOTTOM - PAD) * accuracy;

interface ReliabilityProps extends Pick<Calibration, 'reliability'> {
  readonly caption: string;
}

/** How often the model was right where it was this sure, drawn and as numbers. */
export function Reliability({ reliability, caption }: ReliabilityProps) {
  return (
    <div class="two">
      <figure class="reliability">
        <Drawing reliability={reliability} caption={caption} />
        <figcaption class="fine">
          A point below the line: surer than right. The larger the point, the more rows.
        </figcaption>
      </figure>
      <div class="scroll" role="region" aria-label={`${caption}, as numbers`} tabIndex={0}>
        <table>
          <caption>{caption}</caption>
          <thead>
            <tr>
              {['mean confidence', 'right', 'rows'].map((head) => (
                <th key={head} scope="col" class="figure">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {reliability.map(({ confidence, accuracy, rows }) => (
              <tr key={confidence}>
                <td class="figure">{percent(confidence)}</td>
                <td class="figure">{percent(accuracy)}</td>
                <td class="figure">{number(rows)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Drawing({ reliability, caption }: ReliabilityProps) {
  const total = reliability.reduce((sum, { rows }) => sum + rows, 0);
  const points = reliability.map(({ confidence, accuracy }) => `${x(confidence).toFixed(1)} ${y(accuracy).toFixed(1)}`);
  const radius = (rows: number) => Math.max(LEAST, LARGEST * Math.sqrt(rows / total));
  const words = reliability.map(
    ({ confidence, accuracy, rows }) => `${percent(accuracy)} right at ${percent(confidence)} (${number(rows)} rows)`,
  );
  return (
    <svg viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-label={`${caption}: ${words.join(', ')}.`}>
      {TICKS.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={x(tick)} x2={x(tick)} y1={y(0)} y2={y(1)} />
          <line class="grid" x1={x(0)} x2={x(1)} y1={y(tick)} y2={y(tick)} />
          <text x={x(tick)} y={y(0) + 14} text-anchor={tick === 1 ? 'end' : 'middle'}>
            {percent(tick).replace('.0', '')}
          </text>
          <text x={x(0) - 5} y={y(tick) + 4} text-anchor="end">
            {percent(tick).replace('.0', '')}
          </text>
        </g>
      ))}
      <text x={x(0.5)} y={SIZE - 4} text-anchor="middle">
        confidence
      </text>
      <text transform={`translate(12 ${y(0.5)}) rotate(-90)`} text-anchor="middle">
        right
      </text>
      <line class="guide" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
      <path class="line" d={`M${points.join('L')}`} />
      {reliability.map(({ confidence, accuracy, rows }) => (
        <circle key={confidence} class="point" cx={x(confidence)} cy={y(accuracy)} r={radius(rows)} />
      ))}
    </svg>
  );
}
