import { useEffect, useState } from 'preact/hooks';
import { type Api, predictPath, type Target } from '../api.js';
import { snippetsOf } from '../logic/snippets.js';
import type { Row } from '../types.js';

interface CodeProps {
  readonly api: Api;
  readonly target: Target;
  readonly row: Row;
  readonly guarded: boolean;
}

/** The request that this page sends, for other programs to send. */
export function CodeView({ api, target, row, guarded }: CodeProps) {
  const [copied, setCopied] = useState('');
  const [operation, setOperation] = useState<string>();
  const path = predictPath(target);
  useEffect(() => {
    // Without the document there is no typed client either.
    api.operationAt(path).then(setOperation, () => {
      setOperation(undefined);
    });
  }, [path]);
  const request = { origin: location.origin, path, row, operation, guarded };
  return (
    <div class="stack">
      <p class="lead">
        The very request that the Predict view sends, with the values that stand there now. All of the API is at{' '}
        <a href="/docs">/docs</a>.
      </p>
      <p role="status" class="sr-only">
        {copied}
      </p>
      {snippetsOf(request).map(({ id, title, text }) => (
        <section key={id} class="card" aria-labelledby={`code-${id}`}>
          <div class="card-head">
            <h2 id={`code-${id}`}>{title}</h2>
            <button
              type="button"
              class="quiet"
              aria-label={`Copy ${title}`}
              onClick={() => {
                void navigator.clipboard.writeText(text).then(() => {
                  setCopied(`${title} copied.`);
                });
              }}
            >
              {copied === `${title} copied.` ? 'Copied' : 'Copy'}
            </button>
          </div>
          <pre tabIndex={0} aria-label={`${title} code`}>
            <code>{text}</code>
          </pre>
        </section>
      ))}
    </div>
  );
}
