import type { AnswerDrift, DriftState, FeatureDrift, VersionDrift } from '../live-types.js';
import { collectingText, inOrderOfDrift, STATE_WORDS, testText } from '../logic/drift.js';
import { unitOf } from '../logic/fields.js';
import { number, percent, words } from '../logic/format.js';
import type { Manifest } from '../types.js';
import { Distribution } from './distribution.js';

/** More features than this, and those that do not drift are folded away. */
const MOST_SHOWN = 12;

interface ComparisonProps {
  readonly drift: VersionDrift;
  readonly manifest: Manifest;
}

export const State = ({ state }: { readonly state: DriftState }) => (
  <span class={`badge ${state === 'drifting' ? 'warn' : state === 'ok' ? '' : 'plain'}`}>{STATE_WORDS[state]}</span>
);

/** Answers and features of the window beside those of training; what drifts comes first. */
export function Comparison({ drift, manifest }: ComparisonProps) {
  const { features, predictions, window, significance } = drift;
  const ordered = inOrderOfDrift(features);
  const drifting = ordered.filter(({ state }) => state === 'drifting').length;
  const shown = ordered.length <= MOST_SHOWN ? ordered : ordered.slice(0, Math.max(drifting, MOST_SHOWN / 2));
  const folded = ordered.slice(shown.length);
  const figure = (feature: FeatureDrift) => <FeatureFigure key={feature.name} {...{ feature, manifest }} />;
  return (
    <>
      <ul class="legend fine">
        <li>
          <span class="key-of reference" aria-hidden="true" /> training
        </li>
        <li>
          <span class="key-of window" aria-hidden="true" />{' '}
          {window === null
            ? 'the rows so far'
            : `${number(window.rows)} rows, ${clock(window.from)} to ${clock(window.to)}`}
        </li>
      </ul>
      <h3>What it answers</h3>
      <div class="curves">
        <AnswerFigure name="Classes" drift={predictions.classes} />
        <AnswerFigure name="Confidence" drift={predictions.confidence} show={wholePercent} />
      </div>
      <h3>What it is asked</h3>
      <div class="curves">{shown.map(figure)}</div>
      {folded.length === 0 ? null : (
        <details>
          <summary>{folded.length} other features, none of them drifting</summary>
          <div class="curves">{folded.map(figure)}</div>
        </details>
      )}
      <p class="fine">
        Drifting is what differs from training with a p-value of at most {number(significance)}, adjusted for all tests
        of the window together (Holm). PSI is the population stability index: by custom 0.1 to 0.25 is a shift, more a
        large one; it decides nothing here.
        {window === null ? null : ` The next window has ${collectingText(drift)}`}
      </p>
    </>
  );
}

const wholePercent = (share: number) => percent(share).replace('.0%', '%');
const TIME = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });
const clock = (time: string) => TIME.format(new Date(time));

function FeatureFigure({ feature, manifest }: { readonly feature: FeatureDrift; readonly manifest: Manifest }) {
  const unit = unitOf(manifest, feature.name);
  const { missing, refused } = feature.rates;
  const gone = [
    missing.window > 0 || missing.reference > 0
      ? `Missing: ${percent(missing.reference)} in training, ${percent(missing.window)} now.`
      : null,
    refused.window > 0 ? `Refused: ${percent(refused.window)}.` : null,
  ].filter((text) => text !== null);
  return (
    <figure class="curve">
      <figcaption>
        {words(feature.name, unit)} {unit === null ? null : <span class="unit">{unit}</span>}{' '}
        {feature.state === 'collecting' ? null : <State state={feature.state} />}
      </figcaption>
      <Distribution name={words(feature.name, unit)} bins={feature.bins} />
      <Scores drift={feature} />
      {gone.length === 0 ? null : <p class="fine">{gone.join(' ')}</p>}
    </figure>
  );
}

interface AnswerProps {
  readonly name: string;
  readonly drift: AnswerDrift;
  readonly show?: (value: number) => string;
}

function AnswerFigure({ name, drift, ...show }: AnswerProps) {
  return (
    <figure class="curve">
      <figcaption>
        {name} {drift.state === 'collecting' ? null : <State state={drift.state} />}
      </figcaption>
      <Distribution name={name} bins={drift.bins} {...show} />
      <Scores drift={drift} />
      {drift.source === 'training-labels' ? (
        <p class="fine">Beside the labels of training, which is no test: the package has no answers to compare with.</p>
      ) : null}
    </figure>
  );
}

function Scores({ drift: { psi, tests, state } }: { readonly drift: FeatureDrift | AnswerDrift }) {
  if (state === 'collecting') return null;
  const scores = [psi === null ? null : `PSI ${psi.toFixed(3)}`, testText(tests)].filter((text) => text !== null);
  return scores.length === 0 ? null : <p class="fine">{scores.join(' · ')}</p>;
}
