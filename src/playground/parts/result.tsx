import type { ComponentChildren } from 'preact';
import type { Answer } from '../api.js';
import { milliseconds, percent } from '../logic/format.js';
import { marginText } from '../logic/margin.js';
import type { ClassLabel, Manifest, Predictions } from '../types.js';
import { Bars } from './bars.js';

interface ResultProps {
  readonly answer: Answer<Predictions>;
  readonly manifest: Manifest;
  readonly waiting: boolean;
  /** Names of the features whose values training never saw. */
  readonly unseen: readonly string[];
  /** What stands below the bars. */
  readonly children?: ComponentChildren;
}

/** What the model says: the class, how sure, by how much, and what it took to find out. */
export function ResultCard({ answer, manifest, waiting, unseen, children }: ResultProps) {
  const result = answer.body.results[0];
  if (result == null) return null;
  const { classes } = manifest.signature;
  return (
    <section class={`card result ${waiting ? 'waiting' : ''}`} aria-labelledby="result-title" aria-busy={waiting}>
      <p class="eyebrow" id="result-title">
        Prediction
      </p>
      <div aria-live="polite" aria-atomic="true">
        <p class="verdict">
          <strong>{titleOf(classes, result.label)}</strong>
          <span class="sure">{percent(result.probability)}</span>
        </p>
        <p class="margin">{marginText(result, manifest.decision)}</p>
      </div>
      {unseen.length > 0 ? (
        <p class="notice" role="note">
          <span class="badge warn">outside training</span> Training saw nothing like the value of {unseen.join(', ')}:
          trust this answer less.
        </p>
      ) : null}
      <Bars
        classes={classes}
        probabilities={result.probabilities}
        winner={result.label}
        decision={manifest.decision}
        caption="Probability of each class"
      />
      {children}
      <Provenance answer={answer} />
    </section>
  );
}

function Provenance({ answer }: { readonly answer: Answer<Predictions> }) {
  const steps = answer.steps.filter(({ name }) => name !== 'total');
  const total = answer.steps.find(({ name }) => name === 'total');
  return (
    <dl class="provenance">
      <div>
        <dt>Answered by</dt>
        <dd>
          {answer.body.model} {answer.body.version}
        </dd>
      </div>
      {answer.id === null ? null : (
        <div>
          <dt>Prediction id</dt>
          <dd>
            <code>{answer.id}</code>
          </dd>
        </div>
      )}
      <div>
        <dt>Time</dt>
        <dd>
          {milliseconds(answer.elapsed)} to your screen
          {total === undefined ? null : `, ${milliseconds(total.duration)} in the service`}
          {steps.length === 0 ? null : (
            <span class="steps">
              {' '}
              ({steps.map(({ name, duration }) => `${name} ${milliseconds(duration)}`).join(', ')})
            </span>
          )}
        </dd>
      </div>
    </dl>
  );
}

export const titleOf = (classes: readonly ClassLabel[], label: string) =>
  classes.find((one) => one.label === label)?.title ?? label;
