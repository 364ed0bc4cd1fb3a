import { lazy, Suspense } from 'preact/compat';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Api, ApiError, type Target } from './api.js';
import { useHistory } from './hooks/use-history.js';
import { type Draft, draftOf, exampleDraft, rowOf } from './logic/fields.js';
import { fromFragment, toFragment } from './logic/fragment.js';
import { choiceOf, isReady, standingOf } from './logic/models.js';
import { PageError } from './logic/page-error.js';
import { Failure } from './parts/failure.js';
import { Header } from './parts/header.js';
import { KeyForm } from './parts/key-form.js';
import { Standing } from './parts/standing.js';
import { Tabs, type ViewName, VIEWS } from './parts/tabs.js';
import type { ModelSummary, Row, VersionDetail } from './types.js';
import { PredictView } from './views/predict.js';

// The other views come when they are wanted: the first answer does not wait for them.
const BatchView = lazy(() => import('./views/batch.js').then((module) => module.BatchView));
const CodeView = lazy(() => import('./views/code.js').then((module) => module.CodeView));
const CompareView = lazy(() => import('./views/compare.js').then((module) => module.CompareView));
const ModelCardView = lazy(() => import('./views/model-card.js').then((module) => module.ModelCardView));

/** Milliseconds until the service is asked again for models that are ready. */
const LOOK_AGAIN_AFTER = 1_000;

export function App() {
  const linked = useMemo(() => fromFragment(location.hash), []);
  const history = useHistory();
  const [models, setModels] = useState<readonly ModelSummary[]>([]);
  const [detail, setDetail] = useState<VersionDetail | null>(null);
  const [draft, setDraft] = useState<Draft>({});
  const [view, setView] = useState<ViewName>(VIEWS.find(([name]) => name === linked.view)?.[0] ?? 'predict');
  const [error, setError] = useState<Error | null>(null);
  const api = useMemo(() => new Api(setError), []);

  const manifest = detail?.manifest;
  const row = manifest?.task === 'classification' ? rowOf(manifest.signature.features, draft) : undefined;
  const open = async (all: readonly ModelSummary[], name: string | null, version: string | null, row?: Row) => {
    const found = choiceOf(all, name, version);
    if (found === null) return;
    const [model, chosen] = found;
    const opened = await api.version(model.name, chosen.version);
    setDetail(opened);
    // Models of tensors have no fields to fill; the API documentation describes them.
    if (opened.manifest?.task !== 'classification') return;
    setDraft(row === undefined ? exampleDraft(opened.manifest) : draftOf(row, opened.manifest));
  };
  const start = async () => {
    try {
      const all = await api.models();
      setModels(all);
      setError(null);
      // The fragment is kept up: after a key was asked for, it holds what stood there before.
      const { model = null, version = null, row } = fromFragment(location.hash);
      await open(all, model, version, row);
    } catch (failure) {
      setError(failure as Error);
    }
  };
  const choose = (name: string, version: string | null, wanted?: Row) => {
    const same = detail?.name === name ? row : undefined;
    const model = models.find((one) => one.name === name);
    if (model !== undefined && !isReady(model)) {
      setError(new PageError(`${name} cannot answer: ${model.versions.map(standingOf).join(' ')}`));
      return;
    }
    setError(null);
    open(models, name, version, wanted ?? same).catch(setError);
  };
  useEffect(() => {
    void start();
  }, []);
  const idle = detail === null && error === null;
  useEffect(() => {
    if (!idle) return undefined;
    const timer = setInterval(() => void start(), LOOK_AGAIN_AFTER);
    return () => {
      clearInterval(timer);
    };
  }, [idle]);

  const fragment =
    detail === null ? null : toFragment({ model: detail.name, version: detail.version, view, ...(row && { row }) });
  useEffect(() => {
    if (fragment !== null) window.history.replaceState(null, '', fragment);
  }, [fragment]);

  if (error instanceof ApiError && error.status === 401) {
    return (
      <Shell models={[]}>
        <KeyForm
          refused={api.hasKey ? error.message : null}
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
          <Standing models={models} />
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
              onPin={history.pin}
              onShare={share}
            />
          ) : null}
          {view === 'batch' ? <BatchView key={detail.digest} {...{ api, target, manifest }} /> : null}
          {view === 'code' ? <CodeView {...{ api, target, row }} guarded={api.hasKey} /> : null}
          {view === 'card' ? (
            <ModelCardView {...{ api, detail, manifest }} model={models.find(({ name }) => name === detail.name)!} />
          ) : null}
          {view === 'compare' ? (
            <CompareView
              pinned={history.pinned}
              history={history.entries}
              onPin={history.pin}
              onUnpin={history.unpin}
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
