export const VIEWS = [
  ['predict', 'Predict'],
  ['batch', 'Batch'],
  ['code', 'Code'],
  ['card', 'Model card'],
  ['compare', 'Compare'],
] as const;
export type ViewName = (typeof VIEWS)[number][0];

interface TabsProps {
  readonly view: ViewName;
  readonly onView: (view: ViewName) => void;
}

/** The views, as tabs that the arrow keys go through. */
export function Tabs({ view, onView }: TabsProps) {
  const at = VIEWS.findIndex(([name]) => name === view);
  const go = (to: number) => {
    const [name] = VIEWS[(to + VIEWS.length) % VIEWS.length]!;
    onView(name);
    document.getElementById(`tab-${name}`)?.focus();
  };
  return (
    <div
      class="tabs"
      role="tablist"
      aria-label="Views"
      onKeyDown={({ key }) => {
        if (key === 'ArrowRight') go(at + 1);
        if (key === 'ArrowLeft') go(at - 1);
      }}
    >
      {VIEWS.map(([name, title]) => (
        <button
          key={name}
          type="button"
          role="tab"
          id={`tab-${name}`}
          aria-selected={name === view}
          aria-controls="view"
          tabIndex={name === view ? 0 : -1}
          onClick={() => {
            onView(name);
          }}
        >
          {title}
        </button>
      ))}
    </div>
  );
}
