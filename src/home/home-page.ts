import type { Manifest } from '../model/package/manifest.js';
import type { PackageManifest } from '../model/package/package-manifest.js';
import type { TensorManifest } from '../model/package/tensor-manifest.js';

/** In a file of its own: the policy of the page lets nothing run or shine that stands in it. */
export const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 46rem; margin: 3rem auto; padding: 0 1.25rem; }
  h1 { font-size: 1.6rem; margin-bottom: 0; }
  article { border: 1px solid #8886; border-radius: 0.6rem; padding: 0.2rem 1.2rem; margin: 1rem 0; }
  code { background: #8882; padding: 0.1rem 0.3rem; border-radius: 0.25rem; }
  pre { background: #8882; padding: 0.8rem; border-radius: 0.4rem; overflow-x: auto; }
  pre code { background: none; padding: 0; }
  nav a { margin-right: 1rem; }
`;

/** The index page: what is served, and where to go next. Asks nothing of the outside. */
export function homePage(serverName: string, models: readonly PackageManifest[], guarded: boolean): string {
  const none = guarded ? 'What is served is told to who has a key.' : 'No model is ready yet.';
  const body = models.length === 0 ? `<p>${none}</p>` : models.map(article).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(serverName)}</title>
<link rel="stylesheet" href="/home.css">
</head>
<body>
<h1>${escape(serverName)}</h1>
<p>TensorFlow.js classifiers over REST.</p>
<nav><a href="/docs">API documentation</a><a href="/api/v1/openapi.json">OpenAPI</a><a href="/api/v1/models">Models</a><a href="/health/ready">Health</a></nav>
<main>
${body}
</main>
</body>
</html>
`;
}

function article(manifest: PackageManifest): string {
  const { title, description } = manifest;
  return `<article>
<h2>${escape(title)}</h2>
<p>${escape(description)}</p>
${manifest.task === 'classification' ? classifier(manifest) : tensors(manifest)}
</article>`;
}

function tensors({ name, version, signature }: TensorManifest): string {
  const functions = Object.keys(signature.functions).map((called) => `<code>${escape(called)}</code>`);
  return `<p><code>${escape(name)}</code> ${escape(version)} · tensors · ${functions.join(' ')}</p>
<pre><code>POST /v2/models/${escape(name)}/infer</code></pre>`;
}

function classifier({ name, version, signature, metrics }: Manifest): string {
  const classes = signature.classes.map(({ label }) => `<code>${escape(label)}</code>`).join(' ');
  const accuracy = (100 * metrics.heldOut.accuracy).toFixed(1);
  const example = Object.fromEntries(signature.features.map((feature) => [feature.name, feature.example]));
  return `<p><code>${escape(name)}</code> ${escape(version)} · ${signature.features.length} features · classes ${classes} · ${accuracy} % right on held-out rows</p>
<pre><code>POST /api/v1/models/${escape(name)}/predict
${escape(JSON.stringify({ inputs: [example] }, null, 2))}</code></pre>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
