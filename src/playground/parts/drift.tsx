import { type Api, ApiError } from '../api.js';
import { useWatched } from '../hooks/use-watched.js';
import type { VersionDrift } from '../live-types.js';
import { collectingText, inOrderOfDrift, STATE_WORDS } from '../logic/drift.js';
import { words } from '../logic/format.js';
import { unitOf } from '../logic/fields.js';
import type { Manifest } from '../types.js';
import { Comparison, State } from './drift-comparison.js';
import { Failure } from './failure.js';

const [FORBIDDEN, NOT_FOUND] = [403, 404];
const UNKNOWN_MODEL = '/problems/unknown-model';

interface DriftProps {
  readonly api: Api;
  readonly manifest: Manifest;
}

/** How the traffic of the version stands to its training; looks again by itself. */
export function DriftCard({ api, manifest }: DriftProps) {
  const { name, version } = manifest;
  const { answer, error } = useWatched(name, (signal) => api.drift(name, signal));
  const found = answer?.versions.find((one) => one.version === version);
  return (
    <section class="card" aria-labelledby="drift-title">
      <div class="card-head">
        <h2 id="drift-title">Drift</h2>
        {found === undefined ? null : <State state={found.state} />}
      </div>
      {error === null ? null : <NoDrift error={error} />}
      {answer !== null && found === undefined ? (
        <p class="lead">Nothing has been counted of this version yet.</p>
      ) : null}
      {found === undefined ? null : <Report drift={found} manifest={manifest} />}
      {answer === null || answer.versions.length < 2 ? null : (
        <p class="fine">
          All versions: {answer.versions.map((one) => `${one.version} ${STATE_WORDS[one.state]}`).join(', ')}.
        </p>
      )}
    </section>
  );
}

function NoDrift({ error }: { readonly error: Error }) {
  const [status, type] = error instanceof ApiError ? [error.status, error.type] : [];
  if (status === NOT_FOUND && type !== UNKNOWN_MODEL) {
    return <p class="lead">Drift is not watched here: the service runs with DRIFT=off.</p>;
  }
  return status === FORBIDDEN ? (
    <p class="lead">This key may not see it: {error.message}</p>
  ) : (
    <Failure error={error} />
  );
}

interface ReportProps {
  readonly drift: VersionDrift;
  readonly manifest: Manifest;
}

function Report({ drift, manifest }: ReportProps) {
  const { window, collecting } = drift;
  return (
    <>
      <p class="lead" role="status">
        {verdict(drift, manifest)}
      </p>
      {window === null ? (
        <progress
          aria-label="Rows of the first window"
          max={collecting.untilRows}
          value={Math.min(collecting.rows, collecting.untilRows)}
        />
      ) : null}
      {window === null && collecting.rows === 0 ? null : <Comparison drift={drift} manifest={manifest} />}
    </>
  );
}

function verdict(drift: VersionDrift, manifest: Manifest): string {
  const { features, predictions, state, window } = drift;
  if (window === null) return `Not enough rows for a verdict yet: ${collectingText(drift)}`;
  if (state === 'ok') return 'The rows of the last window are like those of training.';
  const names = inOrderOfDrift(features)
    .filter((feature) => feature.state === 'drifting')
    .map(({ name }) => words(name, unitOf(manifest, name)));
  if (predictions.classes.state === 'drifting') names.push('the mix of classes');
  if (predictions.confidence.state === 'drifting') names.push('the confidence');
  return `No longer like training: ${names.join(', ')}. Its answers may be worth less than the figures above say.`;
}
