import type { Row } from '../types.js';

/** The request that the page sends, for one row. */
export interface SnippetRequest {
  /** Such as `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly path: string;
  readonly row: Row;
  /** What the API document calls the operation at the path. */
  readonly operation: string | undefined;
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
  const typed = typescript(request);
  return [
    { id: 'curl', title: 'curl', text: curl(request) },
    { id: 'fetch', title: 'JavaScript', text: fetchSnippet(request) },
    ...(typed === null ? [] : [{ id: 'typescript', title: 'TypeScript', text: typed }]),
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

/** With the client that `npm run client` makes; none where the API document has no operation for it. */
function typescript({ origin, path, row, operation, guarded }: SnippetRequest): string | null {
  if (operation === undefined) return null;
  const name = clientFunction(operation);
  const key = guarded ? `, key: process.env.${KEY} ?? ''` : '';
  return `// POST ${path}, by the typed client of this service:
// npm run client -- ${origin} --out tensornest-client${guarded ? ' --key-file <file>' : ''}
// npm install ./tensornest-client
import { ${name}, tensornest } from 'tensornest-client';

const client = tensornest({ baseUrl: ${JSON.stringify(origin)}${key} });
const { data, error } = await ${name}({
  client,
  body: { inputs: [${indented(row)}] },
});
if (error) throw new Error(error.detail);
console.log(JSON.stringify(data.results[0]));`;
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

/** What the generated client calls an operation: its id in camel case. */
const clientFunction = (operation: string) =>
  operation.replaceAll(/[^A-Za-z0-9]+([A-Za-z0-9])/g, (_, next: string) => next.toUpperCase());
