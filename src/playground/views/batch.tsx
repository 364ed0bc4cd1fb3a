import Papa from 'papaparse';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api, Target } from '../api.js';
import { predictAll } from '../predict-all.js';
import { chunksOf, type Outcome, withOutcomes } from '../logic/batches.js';
import { confusionOf } from '../logic/confusion.js';
import { guessLabelColumn, guessMapping, type Mapping, toRow } from '../logic/csv-mapping.js';
import { PageError } from '../logic/page-error.js';
import { number, percent, words } from '../logic/format.js';
import { Failure } from '../parts/failure.js';
import { Matrix } from '../parts/matrix.js';
import { VirtualTable } from '../parts/virtual-table.js';
import type { Manifest } from '../types.js';

interface Sheet {
  readonly name: string;
  readonly columns: readonly string[];
  readonly records: readonly Record<string, string>[];
}

interface BatchProps {
  readonly api: Api;
  readonly target: Target;
  readonly manifest: Manifest;
}

/** A whole file at once: read here, predicted in pieces, shown and given back. */
export function BatchView({ api, target, manifest }: BatchProps) {
  const { features, classes } = manifest.signature;
  const labels = classes.map(({ label }) => label);
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const [mapping, setMapping] = useState<Mapping>({});
  const [truth, setTruth] = useState<string | null>(null);
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([]);
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [over, setOver] = useState(false);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const open = async (file: File) => {
    setError(null);
    setOutcomes([]);
    try {
      const read = await readSheet(file);
      const guessed = guessMapping(features, read.columns);
      setSheet(read);
      setMapping(guessed);
      setTruth(guessLabelColumn(read.columns, guessed, read.records, labels));
    } catch (failure) {
      setSheet(null);
      setError(failure as Error);
    }
  };
  const run = async () => {
    if (sheet === null) return;
    stop.current?.abort();
    const { signal } = (stop.current = new AbortController());
    setRunning(true);
    setError(null);
    setOutcomes([]);
    let done: Outcome[] = [];
    try {
      for (const rows of chunksOf(sheet.records.map((record) => toRow(features, mapping, record)))) {
        done = [...done, ...(await predictAll(api, target, rows, signal))];
        setOutcomes(done);
      }
    } catch (failure) {
      if (!signal.aborted) setError(failure as Error);
    }
    setRunning(false);
  };
  const missing = features.filter(({ name, missing }) => missing.policy === 'refuse' && mapping[name] == null);
  const refused = outcomes.filter((outcome) => 'problem' in outcome).length;
  const finished = sheet !== null && outcomes.length > 0 && outcomes.length === sheet.records.length;
  const confusion =
    finished && truth !== null
      ? confusionOf(
          labels,
          outcomes.map((outcome, at) => [
            sheet.records[at]?.[truth],
            'result' in outcome ? outcome.result.label : undefined,
          ]),
        )
      : null;
  return (
    <div class="stack">
      <section class="card" aria-labelledby="batch-title">
        <h2 id="batch-title">Batch</h2>
        <p class="lead">A CSV file with a heading line. It is read by your browser and sent only to this service.</p>
        <div
          class={`drop ${over ? 'over' : ''}`}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => {
            setOver(false);
          }}
          onDrop={(event) => {
            event.preventDefault();
            setOver(false);
            const file = event.dataTransfer?.files[0];
            if (file !== undefined) void open(file);
          }}
        >
          <label for="csv-file">CSV file</label>
          <input
            id="csv-file"
            type="file"
            accept=".csv,text/csv"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file !== undefined) void open(file);
            }}
          />
          <p class="fine">Drop one here, or pick one.</p>
        </div>
        {error === null ? null : <Failure error={error} />}
        {sheet === null ? null : (
          <>
            <h3>
              Columns of {sheet.name} ({number(sheet.records.length)} rows)
            </h3>
            <div class="mapping">
              {features.map(({ name }) => (
                <Column
                  key={name}
                  title={words(name)}
                  columns={sheet.columns}
                  none="(none)"
                  chosen={mapping[name] ?? null}
                  onChoice={(column) => {
                    setMapping({ ...mapping, [name]: column });
                  }}
                />
              ))}
              <Column
                title="True class, if known"
                columns={sheet.columns}
                none="(unknown)"
                chosen={truth}
                onChoice={setTruth}
              />
            </div>
            {missing.length === 0 ? null : (
              <p class="notice" role="note">
                Without a column, every row is refused: {missing.map(({ name }) => words(name)).join(', ')}.
              </p>
            )}
            <div class="actions">
              <button
                type="button"
                class="primary"
                disabled={running}
                onClick={() => {
                  void run();
                }}
              >
                Predict {number(sheet.records.length)} rows
              </button>
              {running ? (
                <button type="button" class="quiet" onClick={() => stop.current?.abort()}>
                  Stop
                </button>
              ) : null}
              {finished ? (
                <button
                  type="button"
                  class="quiet"
                  onClick={() => {
                    download(
                      `${manifest.name}-predictions.csv`,
                      Papa.unparse(withOutcomes(sheet.records, outcomes, labels)),
                    );
                  }}
                >
                  Download CSV
                </button>
              ) : null}
            </div>
            <progress aria-label="Rows predicted" max={sheet.records.length} value={outcomes.length} />
            <p role="status" class="fine">
              {outcomes.length === 0
                ? ''
                : `${number(outcomes.length)} of ${number(sheet.records.length)} rows, ${number(refused)} of them refused.`}
            </p>
          </>
        )}
      </section>
      {confusion === null ? null : (
        <section class="card" aria-labelledby="accuracy-title">
          <h2 id="accuracy-title">Accuracy</h2>
          <p class="verdict">
            <strong>{percent(confusion.accuracy)}</strong>{' '}
            <span class="fine">right of {number(confusion.rows)} rows</span>
          </p>
          <Matrix labels={labels} matrix={confusion.matrix} caption="Confusion matrix of the file" />
        </section>
      )}
      {sheet === null || outcomes.length === 0 ? null : (
        <section class="card" aria-label="Rows">
          <VirtualTable columns={sheet.columns} records={sheet.records} outcomes={outcomes} labels={labels} />
        </section>
      )}
    </div>
  );
}

interface ColumnProps {
  readonly title: string;
  readonly columns: readonly string[];
  readonly none: string;
  readonly chosen: string | null;
  readonly onChoice: (column: string | null) => void;
}

const Column = ({ title, columns, none, chosen, onChoice }: ColumnProps) => (
  <label>
    {title}
    <select
      value={chosen ?? ''}
      onChange={(event) => {
        onChoice(event.currentTarget.value === '' ? null : event.currentTarget.value);
      }}
    >
      <option value="">{none}</option>
      {columns.map((column) => (
        <option key={column}>{column}</option>
      ))}
    </select>
  </label>
);

function readSheet(file: File): Promise<Sheet> {
  return new Promise((resolve, reject) => {
    Papa.parse<Record<string, string>>(file, {
      header: true,
      skipEmptyLines: 'greedy',
      complete: ({ data, meta }) => {
        const columns = meta.fields ?? [];
        if (data.length === 0 || columns.length === 0)
          reject(new PageError(`${file.name} has no rows below its heading.`));
        else resolve({ name: file.name, columns, records: data });
      },
      error: () => {
        reject(new PageError(`${file.name} cannot be read.`));
      },
    });
  });
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
