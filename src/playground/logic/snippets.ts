import type { Feature, Manifest, Row } from '../types.js';

/** The request that the page sends, for one row. */
export interface SnippetRequest {
  /** Such as `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly path: string;
  readonly row: Row;
  readonly manifest: Manifest;
  /** Keys are required: the snippet reads one from the environment, never from the page. */
  readonly guarded: boolean;
}

export interface Snippet {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

const KEY = 'TENSORNEST_KEY';

export function snippetsOf(request: SnippetRequest): Snippet[] {
  return [
    { id: 'curl', title: 'curl', text: curl(request) },
    { id: 'fetch', title: 'JavaScript', text: fetchSnippet(request) },
    { id: 'typescript', title: 'TypeScript', text: typescript(request) },
    { id: 'python', title: 'Python', text: python(request) },
  ];
}

function curl({ origin, path, row, guarded }: SnippetRequest): string {
  const key = guarded ? ` \\\n  -H "authorization: Bearer $${KEY}"` : '';
  const body = JSON.stringify({ inputs: [row] }).replaceAll("'", String.raw`'\''`);
  return `curl -s '${origin}${path}' \\\n  -H 'content-type: application/json'${key} \\\n  -d '${body}'`;
}

const headersOf = (guarded: boolean) =>
  guarded
    ? `{ 'content-type': 'application/json', authorization: \`Bearer \${process.env.${KEY}}\` }`
    : `{ 'content-type': 'application/json' }`;

function fetchSnippet({ origin, path, row, guarded }: SnippetRequest): string {
  return `const response = await fetch(${JSON.stringify(origin + path)}, {
  method: 'POST',
  headers: ${headersOf(guarded)},
  body: JSON.stringify({ inputs: [${indented(row)}] }),
});
if (!response.ok) throw new Error((await response.json()).detail);
const { results } = await response.json();
console.log(JSON.stringify(results[0]));`;
}

function typescript({ origin, path, row, manifest, guarded }: SnippetRequest): string {
  const name = typeName(manifest.name);
  const { features, classes } = manifest.signature;
  const labels = classes.map(({ label }) => JSON.stringify(label)).join(' | ');
  return `interface ${name}Input {
${features.map((feature) => `  ${typeOf(feature)}`).join('\n')}
}
type ${name}Class = ${labels};
interface ${name}Result {
  class: number;
  label: ${name}Class;
  probability: number;
  probabilities: Record<${name}Class, number>;
}

async function predict(inputs: ${name}Input[]): Promise<${name}Result[]> {
  const response = await fetch(${JSON.stringify(origin + path)}, {
    method: 'POST',
    headers: ${headersOf(guarded)},
    body: JSON.stringify({ inputs }),
  });
  if (!response.ok) throw new Error(((await response.json()) as { detail: string }).detail);
  return ((await response.json()) as { results: ${name}Result[] }).results;
}

const [result] = await predict([${indented(row)}]);
console.log(JSON.stringify(result));`;
}

function python({ origin, path, row, guarded }: SnippetRequest): string {
  const key = guarded ? `\n    headers={"authorization": f"Bearer {os.environ['${KEY}']}"},` : '';
  return `import json${guarded ? '\nimport os' : ''}
import requests

response = requests.post(
    ${JSON.stringify(origin + path)},
    json={"inputs": [${JSON.stringify(row)}]},${key}
    timeout=10,
)
response.raise_for_status()
print(json.dumps(response.json()["results"][0]))`;
}

const indented = (row: Row) => JSON.stringify(row).replaceAll('\n', ' ');

const typeName = (name: string) =>
  name
    .replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase())
    .replace(/^\d/, 'M$&');

function typeOf(feature: Feature): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(feature.name) ? feature.name : JSON.stringify(feature.name);
  const type = feature.kind === 'number' ? 'number' : feature.values.map((value) => JSON.stringify(value)).join(' | ');
  return `${key}${feature.missing.policy === 'default' ? '?' : ''}: ${type};`;
}
