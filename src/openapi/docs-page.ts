/** Swagger UI's page. All of it comes from this process: nothing is asked of the outside. */
export function docsPage(serverName: string): string {
  const title = serverName.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} API</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<nav><a href="/">Playground</a></nav>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script type="module" src="/docs/start.js"></script>
</body>
</html>
`;
}

/** Starts Swagger UI with "Try it out" open. Where keys are required it asks for one, and keeps it as long as the page is open. */
export const START_SCRIPT = `const url = '/api/v1/openapi.json';
let key;
const headers = () => (key ? { authorization: 'Bearer ' + key } : {});
let answer = await fetch(url);
while (answer.status === 401 && (key = prompt('This service asks for a key:'))) answer = await fetch(url, { headers: headers() });
SwaggerUIBundle({
  ...(key ? { spec: await answer.json() } : { url }),
  requestInterceptor: (request) => ({ ...request, headers: { ...headers(), ...request.headers } }),
  dom_id: '#swagger-ui',
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  tagsSorter: 'alpha',
  validatorUrl: null,
});
`;
