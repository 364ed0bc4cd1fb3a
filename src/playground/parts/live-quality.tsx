import { type Api } from '../api.js';
import { useWatched } from '../hooks/use-watched.js';
import type { LiveQuality, VersionQuality } from '../live-types.js';
import { number, percent } from '../logic/format.js';
import type { Manifest } from '../types.js';
import { ClassTable } from './class-table.js';
import { Matrix } from './matrix.js';
import { Reliability } from './reliability.js';

interface LiveProps {
  readonly api: Api;
  readonly manifest: Manifest;
}

/** How the versions do on what they are asked here: by labels, and by an estimate without any; looks again by itself. */
export function LiveQualityCard({ api, manifest }: LiveProps) {
  const { answer: quality } = useWatched(manifest.name, (signal) => api.quality(manifest.name, signal));
  if (quality === null || quality.versions.length === 0) return null;
  const shown = quality.versions.find(({ version }) => version === manifest.version);
  return (
    <section class="card" aria-labelledby="live-title">
      <h2 id="live-title">In service</h2>
      <p class="lead">
        {quality.feedback
          ? 'Live accuracy is of rows whose true class was sent as feedback.'
          : 'No feedback is taken here, so nothing is known but an estimate.'}{' '}
        The estimate is the mean confidence of recent rows: nobody has checked those rows.
      </p>
      <div class="scroll" role="region" aria-label="Quality in service" tabIndex={0}>
        <table>
          <caption class="sr-only">Quality of each version in service</caption>
          <thead>
            <tr>
              <th scope="col">version</th>
              <th scope="col">live accuracy</th>
              <th scope="col">live calibration error</th>
              <th scope="col">
                accuracy <span class="badge">estimate</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {quality.versions.map((one) => (
              <Version key={one.version} quality={one} />
            ))}
          </tbody>
        </table>
      </div>
      {shown?.live == null ? null : <Labelled live={shown.live} version={manifest.version} />}
    </section>
  );
}

function Version({ quality: { version, live, estimated } }: { readonly quality: VersionQuality }) {
  return (
    <tr>
      <th scope="row">{version}</th>
      <td>
        {live === null
          ? 'no labels yet'
          : `${percent(live.accuracy)} of ${rows(live.rows)} (${percent(live.interval.lower)} to ${percent(live.interval.upper)})`}
      </td>
      <td>{live === null ? '' : percent(live.calibration.expectedCalibrationError)}</td>
      <td>{estimated === null ? 'no recent rows' : estimateText(estimated)}</td>
    </tr>
  );
}

const rows = (count: number) => `${number(count)} row${count === 1 ? '' : 's'}`;

function estimateText({
  accuracy,
  rows: count,
  windowMinutes,
  expectedCalibrationError,
}: NonNullable<VersionQuality['estimated']>): string {
  const off = expectedCalibrationError === null ? '' : `, give or take ${percent(expectedCalibrationError)}`;
  return `${percent(accuracy)}${off}, of ${rows(count)} in ${windowMinutes} minutes`;
}

/** What the labels of the shown version say. */
function Labelled({ live, version }: { readonly live: LiveQuality; readonly version: string }) {
  return (
    <>
      <h3>By the labels of {version}</h3>
      <div class="two">
        <ClassTable perClass={live.perClass} caption="Live metrics of each class" />
        <Matrix
          labels={live.perClass.map(({ label }) => label)}
          matrix={live.confusionMatrix}
          caption="Live confusion matrix"
        />
      </div>
      <Reliability reliability={live.calibration.reliability} caption="Live reliability of the confidence" />
    </>
  );
}
