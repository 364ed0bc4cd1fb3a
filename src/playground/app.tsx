import { lazy, Suspense } from 'preact/compat';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Api, ApiError, type Target } from './api.js';
import { useHistory } from './hooks/use-history.js';
import { type Draft, draftOf, exampleDraft, rowOf } from './logic/fields.js';
import { fromFragment, toFragment } from './logic/fragment.js';
import type { Entry } from './logic/history.js';
import { Failure } from './parts/failure.js';
import { Header } from './parts/header.js';
import { KeyForm } from './parts/key-form.js';
import { Tabs, type ViewName, VIEWS } from './parts/tabs.js';
import type { ModelSummary, Row, VersionDetail } from './types.js';
import { PredictView } from './views/predict.js';

// The other views come when they are wanted: the first answer does not wait for them.
const BatchView = lazy(() => import('./views/batch.js').then((module) => module.BatchView));
const CodeView = lazy(() => import('./views/code.js').then((module) => module.CodeView));
const CompareView = lazy(() => import('./views/compare.js').then((module) => module.CompareView));
const ModelCardView = lazy(() => import('./views/model-card.js').then((module) => module.ModelCardView));

export function App() {
  const api = useMemo(() => new Api(), []);
  const linked = useMemo(() => fromFragment(location.hash), []);
  const history = useHistory();
  const [models, setModels] = useState<readonly ModelSummary[]>([]);
  const [detail, setDetail] = useState<VersionDetail | null>(null);
  const [draft, setDraft] = useState<Draft>({});
  const [view, setView] = useState<ViewName>(VIEWS.find(([name]) => name === linked.view)?.[0] ?? 'predict');
  const [pinned, setPinned] = useState<readonly Entry[]>([]);
  const [error, setError] = useState<Error | null>(null);

  const manifest = detail?.manifest;
  const row = manifest?.task === 'classification' ? rowOf(manifest.signature.features, draft) : undefined;
  const open = async (all: readonly ModelSummary[], name: string | null, version: string | null, row?: Row) => {
    const model = all.find((one) => one.name === name) ?? all.find((one) => one.default) ?? all[0];
    const ready = model?.versions.filter(({ state }) => state === 'ready') ?? [];
    const chosen = ready.find((one) => one.version === version) ?? ready.find((one) => one.default) ?? ready[0];
    if (model === undefined || chosen === undefined) return;
    const found = await api.version(model.name, chosen.version);
    setDetail(found);
    // Models of tensors have no fields to fill; the API documentation describes them.
    if (found.manifest?.task !== 'classification') return;
    setDraft(row === undefined ? exampleDraft(found.manifest) : draftOf(row, found.manifest));
  };
  const start = async () => {
    try {
      const all = await api.models();
      setModels(all);
      setError(null);
      await open(all, linked.model ?? null, linked.version ?? null, linked.row);
    } catch (failure) {
      setError(failure as Error);
    }
  };
  const choose = (name: string, version: string | null, wanted?: Row) => {
    const same = detail?.name === name ? row : undefined;
    open(models, name, version, wanted ?? same).catch(setError);
  };
  useEffect(() => {
    void start();
  }, []);

  const fragment =
    detail === null ? null : toFragment({ model: detail.name, version: detail.version, view, ...(row && { row }) });
  useEffect(() => {
    if (fragment !== null) window.history.replaceState(null, '', fragment);
  }, [fragment]);
  const pin = (entry: Entry) => {
    setPinned((before) => [...before, entry].slice(-2));
  };

  if (error instanceof ApiError && error.status === 401) {
    return (
      <Shell models={[]}>
        <KeyForm
          refused={api.hasKey}
          onKey={(key) => {
            api.useKey(key);
            void start();
          }}
        />
      </Shell>
    );
  }
  if (detail === null || manifest === undefined || row === undefined) {
    return (
      <Shell models={models} detail={detail} onModel={choose}>
        {error !== null ? (
          <Failure error={error} />
        ) : detail === null ? (
          <p class="lead" role="status">
            Looking for models …
          </p>
        ) : (
          <p class="card lead">
            This model takes tensors: <a href="/docs">the API documentation</a> shows how to ask it.
          </p>
        )}
      </Shell>
    );
  }
  const target: Target = { model: detail.name, version: detail.version };
  return (
    <Shell models={models} detail={detail} onModel={choose}>
      {error === null ? null : <Failure error={error} />}
      <Tabs view={view} onView={setView} />
      <div id="view" role="tabpanel" aria-labelledby={`tab-${view}`}>
        <Suspense fallback={<p role="status">One moment …</p>}>
          {view === 'predict' ? (
            <PredictView
              key={`${detail.name}@${detail.version}`}
              {...{ api, target, manifest, draft }}
              onDraft={setDraft}
              onEntry={history.add}
              onPin={pin}
              onShare={share}
            />
          ) : null}
          {view === 'batch' ? <BatchView key={detail.digest} {...{ api, target, manifest }} /> : null}
          {view === 'code' ? <CodeView {...{ target, manifest, row }} guarded={api.hasKey} /> : null}
          {view === 'card' ? (
            <ModelCardView {...{ api, detail, manifest }} model={models.find(({ name }) => name === detail.name)!} />
          ) : null}
          {view === 'compare' ? (
            <CompareView
              pinned={pinned}
              history={history.entries}
              onPin={pin}
              onUnpin={() => {
                setPinned([]);
              }}
              onClear={history.clear}
              onOpen={(entry) => {
                choose(entry.model, entry.version, entry.row);
                setView('predict');
              }}
            />
          ) : null}
        </Suspense>
      </div>
    </Shell>
  );
}

/** The address holds all that the page shows; browsers send what stands behind its # to nobody. */
async function share(): Promise<string> {
  try {
    await navigator.clipboard.writeText(location.href);
    return 'Link copied.';
  } catch {
    return 'The address of this page is the link.';
  }
}

interface ShellProps {
  readonly models: readonly ModelSummary[];
  readonly detail?: VersionDetail | null;
  readonly onModel?: (model: string, version: string | null) => void;
  readonly children: preact.ComponentChildren;
}

function Shell({ models, detail = null, onModel = () => undefined, children }: ShellProps) {
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          // The fragment is the state of the page.
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        Skip to content
      </a>
      <Header models={models} detail={detail} onModel={onModel} />
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <footer>Everything on this page comes from this service. Nothing is asked of the outside.</footer>
    </>
  );
}
