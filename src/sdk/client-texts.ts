import type { OpenApiDocument } from './openapi-document.js';

/** What a client's package exports: the functions and types of the document, and what makes a client of an address. */
export const INDEX = `import { type Client, createClient, createConfig } from './generated/client/index.js';
import { type ResilienceOptions, resilientFetch } from './resilient-fetch.js';

export * from './generated/index.js';
export { type ResilienceOptions, resilientFetch };

export interface TensornestOptions extends ResilienceOptions {
  /** Address of the service, such as http://127.0.0.1:8080. */
  readonly baseUrl: string;
}

/** A client for the functions of this package: pass it to them as \`client\`. */
export function tensornest({ baseUrl, ...resilience }: TensornestOptions): Client {
  return createClient(createConfig({ baseUrl, fetch: resilientFetch(resilience) }));
}
`;

export function clientReadme(name: string, { info, paths }: OpenApiDocument): string {
  const [predict = 'predict'] = operationsOf(paths).filter((id) => id.startsWith('predict'));
  return `# ${name}

Typed client of ${info.title}, made from its OpenAPI document. A value that a model does not take does not compile.

\`\`\`ts
import { ${predict}, tensornest } from '${name}';

const client = tensornest({ baseUrl: 'http://127.0.0.1:8080', deadlineMs: 2_000 });
const { data, error } = await ${predict}({ client, body: { inputs: [/* rows */] } });
if (error) console.error(error.type, error.errors);
else console.log(data.predictions);
\`\`\`

- \`key\`: a key of the service, or a function that gives one.
- \`retries\` (2): how often a request is sent again that was refused with 429 or 503, after the time that \`Retry-After\` names,
  or whose connection broke, if it changes nothing.
- \`deadlineMs\`: for all attempts together; the service is told what is left of it.
- \`signal\` of a call aborts it.
`;
}

function operationsOf(paths: OpenApiDocument['paths']): string[] {
  const operations = Object.values(paths).flatMap((item) => Object.values(item)) as { operationId?: string }[];
  return operations.flatMap(({ operationId }) => operationId ?? []);
}
