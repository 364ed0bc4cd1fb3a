import { useEffect, useState } from 'preact/hooks';
import type { Api } from '../api.js';
import { bytes, number, percent, words } from '../logic/format.js';
import { CalibrationCard } from '../parts/calibration.js';
import { ClassTable } from '../parts/class-table.js';
import { DecisionCard } from '../parts/decision.js';
import { DriftCard } from '../parts/drift.js';
import { LimitsCard } from '../parts/limits.js';
import { LiveQualityCard } from '../parts/live-quality.js';
import { Matrix } from '../parts/matrix.js';
import type { Importance, Manifest, ModelSummary, VersionDetail } from '../types.js';

/** What is known of who made the package. */
const SIGNED: Readonly<Record<NonNullable<VersionDetail['signed']>, string>> = {
  verified: 'checked against the key that this service requires.',
  'not-checked': 'there is one; this service requires none and has not checked it (model verify does).',
  no: 'none. The digests say that the package is whole, not who made it.',
};

interface CardProps {
  readonly api: Api;
  readonly model: ModelSummary;
  readonly detail: VersionDetail;
  readonly manifest: Manifest;
}

/** What the package says of the model: where it comes from, how good it is, and how anyone can check that. */
export function ModelCardView({ api, model, detail, manifest }: CardProps) {
  const { metrics, training, signature } = manifest;
  const { dataset } = training;
  const labels = signature.classes.map(({ label }) => label);
  return (
    <div class="stack">
      <section class="card" aria-labelledby="card-title">
        <h2 id="card-title">
          {manifest.title} <span class="fine">{manifest.version}</span>
        </h2>
        <p class="lead">{manifest.description}</p>
        <dl class="facts">
          <Fact term="Data">
            {dataset === undefined
              ? 'none came with it'
              : `${dataset.name}, ${number(dataset.rows)} rows, ${dataset.licence}`}
          </Fact>
          {dataset === undefined ? null : <Fact term="Source">{dataset.source}</Fact>}
          {manifest.intendedUse === undefined ? null : <Fact term="Intended use">{manifest.intendedUse}</Fact>}
          <Fact term="Licence of the model">{manifest.licence}</Fact>
          <Fact term="Trained">
            {training.date.slice(0, 10)} with {training.framework.name} {training.framework.version}
            {training.seed === undefined ? null : `, seed ${training.seed}`}
          </Fact>
          <Fact term="Runs on">
            {detail.backend} ({detail.placement}
            {detail.tabulated === true ? ', all answers worked out in advance' : ''})
          </Fact>
        </dl>
      </section>
      <QualityCard metrics={metrics} labels={labels} />
      <DecisionCard manifest={manifest} />
      <CalibrationCard calibration={metrics.heldOut?.calibration} />
      <LimitsCard limits={manifest.limits} />
      <LiveQualityCard api={api} manifest={manifest} />
      <DriftCard api={api} manifest={manifest} />
      <ImportanceCard api={api} detail={detail} />
      {model.versions.length > 1 ? <Versions api={api} model={model} /> : null}
      <section class="card" aria-labelledby="digests-title">
        <h2 id="digests-title">Digests</h2>
        <p class="lead">
          Every file was held against its digest, and the model against its golden records, before this version
          answered.
        </p>
        <p>
          <strong>Signature:</strong> {SIGNED[detail.signed ?? 'no']}
        </p>
        <div class="scroll" role="region" aria-label="Digests of the files" tabIndex={0}>
          <table>
            <caption class="sr-only">sha256 of each file</caption>
            <tbody>
              {[{ path: 'manifest.json', sha256: detail.digest ?? '', bytes: null }, ...manifest.files].map((file) => (
                <tr key={file.path}>
                  <th scope="row">{file.path}</th>
                  <td class="figure">{file.bytes === null ? '' : bytes(file.bytes)}</td>
                  <td>
                    <code>{file.sha256}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  );
}

interface QualityProps {
  readonly metrics: Manifest['metrics'];
  readonly labels: readonly string[];
}

function QualityCard({ metrics: { heldOut, crossValidation }, labels }: QualityProps) {
  return (
    <section class="card" aria-labelledby="quality-title">
      <h2 id="quality-title">Quality</h2>
      {heldOut === undefined ? (
        <p class="lead">Not measured: the model came without data.</p>
      ) : (
        <>
          <p class="lead">
            On {number(heldOut.rows)} rows that training did not see: {percent(heldOut.accuracy)} right, macro-F1{' '}
            {number(heldOut.macroF1)}, log-loss {number(heldOut.logLoss)}.
            {crossValidation === undefined
              ? null
              : ` ${crossValidation.folds}-fold cross-validation: ${number(crossValidation.mean)} ± ${number(crossValidation.standardDeviation)}.`}
          </p>
          <div class="two">
            <ClassTable perClass={heldOut.perClass} caption="Metrics of each class" />
            <Matrix labels={labels} matrix={heldOut.confusionMatrix} caption="Confusion matrix of the held-out rows" />
          </div>
        </>
      )}
    </section>
  );
}

const Fact = ({ term, children }: { readonly term: string; readonly children: preact.ComponentChildren }) => (
  <div>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
);

function ImportanceCard({ api, detail }: { readonly api: Api; readonly detail: VersionDetail }) {
  const [importance, setImportance] = useState<Importance | null>(null);
  useEffect(() => {
    api.importance({ model: detail.name, version: detail.version }).then(setImportance, () => {
      setImportance(null);
    });
  }, [detail]);
  if (importance === null) return null;
  const most = Math.max(...importance.features.map((feature) => feature.importance), Number.EPSILON);
  return (
    <section class="card" aria-labelledby="importance-title">
      <h2 id="importance-title">What matters to it</h2>
      <p class="fine">Mean size of each feature's contribution to the class that wins, in percentage points.</p>
      <table class="bars">
        <caption class="sr-only">Importance of each feature</caption>
        <tbody>
          {importance.features.map(({ feature, importance: size }) => (
            <tr key={feature}>
              <th scope="row">{words(feature)}</th>
              <td>
                <span class="track" aria-hidden="true">
                  <span class="fill" style={{ width: `${(100 * size) / most}%` }} />
                </span>
                <span class="figure">{(100 * size).toFixed(1)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function figure(value: number | undefined, text = (known: number) => known.toFixed(4)): string {
  return value === undefined ? '' : text(value);
}

/** The loaded versions of a model side by side. */
function Versions({ api, model }: { readonly api: Api; readonly model: ModelSummary }) {
  const [details, setDetails] = useState<readonly VersionDetail[]>([]);
  useEffect(() => {
    const ready = model.versions.filter(({ state }) => state === 'ready');
    Promise.all(ready.map(({ version }) => api.version(model.name, version))).then(setDetails, () => {
      setDetails([]);
    });
  }, [model]);
  const figures: readonly (readonly [string, (manifest: Manifest) => string])[] = [
    ['accuracy', ({ metrics }) => figure(metrics.heldOut?.accuracy, percent)],
    ['macro-F1', ({ metrics }) => figure(metrics.heldOut?.macroF1)],
    ['log-loss', ({ metrics }) => figure(metrics.heldOut?.logLoss)],
    ['calibration error', ({ metrics }) => figure(metrics.heldOut?.calibration?.expectedCalibrationError)],
    ['held-out rows', ({ metrics }) => figure(metrics.heldOut?.rows, String)],
    ['trained', ({ training }) => training.date.slice(0, 10)],
    ['size', ({ files }) => bytes(files.reduce((sum, file) => sum + file.bytes, 0))],
  ];
  return (
    <section class="card" aria-labelledby="versions-title">
      <h2 id="versions-title">Versions side by side</h2>
      <div class="scroll" role="region" aria-label="Versions" tabIndex={0}>
        <table>
          <caption class="sr-only">Figures of each version</caption>
          <thead>
            <tr>
              <td />
              {model.versions.map(({ version, default: answers }) => (
                <th key={version} scope="col">
                  {version} {answers ? <span class="badge">answers</span> : null}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">state</th>
              {model.versions.map(({ version, state, reason }) => (
                <td key={version}>
                  {state}
                  {reason === undefined ? null : <span class="fine">: {reason}</span>}
                </td>
              ))}
            </tr>
            {figures.map(([name, show]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {model.versions.map(({ version }) => {
                  const manifest = details.find((detail) => detail.version === version)?.manifest;
                  return <td key={version}>{manifest === undefined ? '' : show(manifest)}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
