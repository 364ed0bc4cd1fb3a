import { THEMES, type Theme, useTheme } from '../hooks/use-theme.js';
import { isReady } from '../logic/models.js';
import type { ModelSummary, VersionDetail } from '../types.js';

interface HeaderProps {
  readonly models: readonly ModelSummary[];
  readonly detail: VersionDetail | null;
  readonly onModel: (model: string, version: string | null) => void;
}

/** Which model, which version, and the way to the documentation. */
export function Header({ models, detail, onModel }: HeaderProps) {
  const [theme, setTheme] = useTheme();
  const model = models.find(({ name }) => name === detail?.name);
  return (
    <header class="top">
      <div class="bar">
        <p class="brand">
          <img src={new URL('../icon.svg', import.meta.url).href} alt="" width="28" height="28" /> {document.title}
        </p>
        <nav aria-label="Service">
          <a href="/docs">API docs</a>
          <a href="/api/v1/openapi.json">OpenAPI</a>
          <a href="/health/ready">Health</a>
        </nav>
        <label class="inline">
          <span class="sr-only">Theme</span>
          <select
            value={theme}
            onChange={(event) => {
              setTheme(event.currentTarget.value as Theme);
            }}
          >
            {THEMES.map((one) => (
              <option key={one} value={one}>
                {one === 'auto' ? 'System theme' : `${one.charAt(0).toUpperCase()}${one.slice(1)}`}
              </option>
            ))}
          </select>
        </label>
      </div>
      {detail === null || model === undefined ? null : (
        <div class="hero">
          <div>
            <h1>{detail.manifest?.title ?? detail.name}</h1>
            <p class="lead">{detail.manifest?.description}</p>
          </div>
          <div class="pick">
            <label>
              Model
              <select
                value={detail.name}
                onChange={(event) => {
                  onModel(event.currentTarget.value, null);
                }}
              >
                {models.map((one) => (
                  <option key={one.name} value={one.name}>
                    {isReady(one) ? one.name : `${one.name} (not ready)`}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Version
              <select
                value={detail.version}
                onChange={(event) => {
                  onModel(detail.name, event.currentTarget.value);
                }}
              >
                {model.versions
                  .filter(({ state }) => state === 'ready')
                  .map(({ version, aliases }) => (
                    <option key={version} value={version}>
                      {[version, ...aliases].join(' · ')}
                    </option>
                  ))}
              </select>
            </label>
          </div>
        </div>
      )}
    </header>
  );
}
