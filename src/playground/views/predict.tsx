import { useEffect, useState } from 'preact/hooks';
import type { Api, Target } from '../api.js';
import { type Asked, useAnswer } from '../hooks/use-answer.js';
import { type Draft, draftOf, exampleDraft, isUnseen, problemsOf, rowOf, valueOf } from '../logic/fields.js';
import { words } from '../logic/format.js';
import type { Entry } from '../logic/history.js';
import { Failure } from '../parts/failure.js';
import { Field } from '../parts/field.js';
import { ResponseCurve } from '../parts/curve.js';
import { ResultCard } from '../parts/result.js';
import { RightOrWrong } from '../parts/right-or-wrong.js';
import { SmallestChange } from '../parts/smallest-change.js';
import { Why } from '../parts/why.js';
import type { Manifest, Row } from '../types.js';

/** Milliseconds without an edit before the model is asked. */
const PREDICT_AFTER = 80;
/** Explanations cost more, and are read later. */
const EXPLAIN_AFTER = 60;
/** A value that stood this long was looked at. */
const REMEMBER_AFTER = 1200;

interface PredictProps {
  readonly api: Api;
  readonly target: Target;
  readonly manifest: Manifest;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
  readonly onEntry: (entry: Entry) => void;
  readonly onPin: (entry: Entry) => void;
  readonly onShare: () => Promise<string>;
}

export function PredictView({ api, target, manifest, draft, onDraft, onEntry, onPin, onShare }: PredictProps) {
  const { features, classes } = manifest.signature;
  const distributions = manifest.distributions.features;
  const [again, setAgain] = useState(0);
  const [chosen, setChosen] = useState<string | null>(null);
  const [told, setTold] = useState('');
  const [takesFeedback, setTakesFeedback] = useState(false);
  useEffect(() => {
    api.quality(target.model).then(
      ({ feedback }) => {
        setTakesFeedback(feedback);
      },
      () => {
        setTakesFeedback(false);
      },
    );
  }, [target.model]);
  const problems = problemsOf(features, draft);
  const row = rowOf(features, draft);
  const sound = problems.size === 0;
  const asked = JSON.stringify([target, row]);
  const prediction = useAnswer(
    sound ? `${asked}${again}` : null,
    async (signal) => ({ ...(await api.predict(target, [row], signal)), asked, row }),
    PREDICT_AFTER,
  );
  const { answer } = prediction;
  const result = answer?.body.results[0] ?? null;
  const label = chosen ?? result?.label ?? null;
  // Only what the shown prediction was asked with is explained.
  const settled = answer !== null && answer.asked === asked && label !== null;
  const question = settled ? `${asked}${label}` : null;
  const why = useAnswer(question, (signal) => api.explain(target, row, label!, signal), EXPLAIN_AFTER);
  const whatIf = useAnswer(settled ? asked : null, (signal) => api.whatIf(target, row, signal), EXPLAIN_AFTER);
  const change = useAnswer(
    settled ? asked : null,
    (signal) => api.counterfactual(target, row, null, [], signal),
    EXPLAIN_AFTER,
  );
  const set = (name: string, text: string) => {
    onDraft({ ...draft, [name]: text });
  };
  const apply = (input: Row) => {
    onDraft(draftOf(input, manifest));
  };
  const entry: Entry | null =
    answer === null || result === null
      ? null
      : {
          at: Date.now(),
          model: answer.body.model,
          version: answer.body.version,
          row: answer.row,
          label: result.label,
          probabilities: result.probabilities,
        };
  useEffect(() => {
    // Shows in the developer tools of any browser how long the first answer took.
    if (answer !== null && performance.getEntriesByName('first-answer').length === 0) performance.mark('first-answer');
    if (entry === null) return undefined;
    const timer = setTimeout(() => {
      onEntry(entry);
    }, REMEMBER_AFTER);
    return () => {
      clearTimeout(timer);
    };
  }, [answer]);
  const predictNow = () => {
    setAgain((count) => count + 1);
  };
  const unseen = features
    .filter(({ name }, at) => isUnseen(distributions[name], valueOf(features[at]!, draft[name] ?? '')))
    .map(({ name }) => words(name));
  return (
    <div class="predict">
      <form
        class="card inputs"
        aria-labelledby="inputs-title"
        onSubmit={(event) => {
          event.preventDefault();
          predictNow();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            predictNow();
          }
        }}
      >
        <div class="card-head">
          <h2 id="inputs-title">Input</h2>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              onDraft(exampleDraft(manifest));
            }}
          >
            Reset to example
          </button>
        </div>
        {features.map((feature) => (
          <Field
            key={feature.name}
            feature={feature}
            distribution={distributions[feature.name]}
            text={draft[feature.name] ?? ''}
            onText={(text) => {
              set(feature.name, text);
            }}
          />
        ))}
        <div class="actions">
          <button type="submit" class="primary" disabled={!sound} title="Ctrl+Enter">
            Predict
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              void onShare().then(setTold);
            }}
          >
            Copy link
          </button>
          <button
            type="button"
            class="quiet"
            disabled={entry === null}
            onClick={() => {
              if (entry === null) return;
              onPin(entry);
              setTold('Pinned: see Compare.');
            }}
          >
            Pin
          </button>
          <p role="status" class="fine">
            {told}
          </p>
        </div>
      </form>
      <div class="answers">
        {sound ? null : (
          <p class="card notice" role="status">
            {problems.size === 1 ? 'One value needs' : `${problems.size} values need`} another look before the model can
            answer.
          </p>
        )}
        {prediction.error === null ? null : <Failure error={prediction.error} />}
        {answer === null ? (
          <div class="card skeleton" aria-hidden="true" />
        ) : (
          <ResultCard
            answer={answer}
            manifest={manifest}
            waiting={prediction.waiting || !sound}
            unseen={sound ? unseen : []}
          >
            {takesFeedback && answer.id !== null && result !== null ? (
              <RightOrWrong
                key={answer.id}
                api={api}
                id={`${answer.id}/0`}
                classes={classes}
                predicted={result.label}
              />
            ) : null}
          </ResultCard>
        )}
        <section class="card" aria-labelledby="why-title">
          <div class="card-head">
            <h2 id="why-title">Why</h2>
            {label === null ? null : (
              <label class="inline">
                Class{' '}
                <select
                  value={chosen ?? ''}
                  onChange={(event) => {
                    setChosen(event.currentTarget.value === '' ? null : event.currentTarget.value);
                  }}
                >
                  <option value="">the one that wins</option>
                  {classes.map((one) => (
                    <option key={one.label}>{one.label}</option>
                  ))}
                </select>
              </label>
            )}
          </div>
          <Pending asked={why} />
          {why.answer === null ? null : <Why answer={why.answer.body} />}
        </section>
        <section class="card" aria-labelledby="change-title">
          <h2 id="change-title">Smallest change</h2>
          <Pending asked={change} />
          {change.answer === null ? null : <SmallestChange answer={change.answer.body} onApply={apply} />}
        </section>
      </div>
      <section class="card wide" aria-labelledby="what-if-title">
        <div class="card-head">
          <h2 id="what-if-title">What if</h2>
          <p class="fine">
            The probability of <b>{label ?? '…'}</b> at other values of one feature, all others as they are.
          </p>
        </div>
        <Pending asked={whatIf} />
        {whatIf.answer === null || label === null ? null : (
          <div class="curves">
            {whatIf.answer.body.features.map((curve) => (
              <ResponseCurve
                key={curve.feature}
                curve={curve}
                feature={features.find(({ name }) => name === curve.feature)}
                label={label}
                onPick={(value) => {
                  set(curve.feature, value);
                }}
              />
            ))}
          </div>
        )}
      </section>
    </div>
  );
}

/** What stands in the place of an answer that is still on its way, or that failed. */
function Pending({ asked: { answer, error, waiting } }: { readonly asked: Asked<unknown> }) {
  if (error !== null) return <Failure error={error} />;
  return answer === null && waiting ? <p class="fine">Being worked out …</p> : null;
}
