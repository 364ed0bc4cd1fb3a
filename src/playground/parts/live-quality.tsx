import { useEffect, useState } from 'preact/hooks';
import type { Api } from '../api.js';
import { number, percent } from '../logic/format.js';
import type { ModelQuality, VersionQuality } from '../types.js';

interface LiveProps {
  readonly api: Api;
  readonly model: string;
}

/** How the versions do on what they are asked here: by labels, and by an estimate without any. */
export function LiveQualityCard({ api, model }: LiveProps) {
  const [quality, setQuality] = useState<ModelQuality | null>(null);
  useEffect(() => {
    api.quality(model).then(setQuality, () => {
      setQuality(null);
    });
  }, [model]);
  if (quality === null || quality.versions.length === 0) return null;
  return (
    <section class="card" aria-labelledby="live-title">
      <h2 id="live-title">In service</h2>
      <p class="lead">
        {quality.feedback
          ? 'Live accuracy is of rows whose true class was sent as feedback.'
          : 'No feedback is taken here, so nothing is known but an estimate.'}{' '}
        The estimate is the mean confidence of the last hour: nobody has checked those rows.
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
          : `${percent(live.accuracy)} of ${number(live.rows)} rows (${percent(live.interval.lower)} to ${percent(live.interval.upper)})`}
      </td>
      <td>{live === null ? '' : percent(live.calibration.expectedCalibrationError)}</td>
      <td>
        {estimated === null ? 'no recent rows' : `${percent(estimated.accuracy)} of ${number(estimated.rows)} rows`}
      </td>
    </tr>
  );
}
