import type { ModelSlot } from './model/model-slot.js';

/** What a newcomer wants to see once the service is up: where it is, and a request to paste. */
export function welcome(url: string, slots: readonly ModelSlot[]): string {
  const [slot] = slots;
  if (slot === undefined) return `\n  No model is ready; ${url}/health/ready says why.\n\n`;
  const { name, signature } = slot.manifest;
  const row = Object.fromEntries(signature.features.map((feature) => [feature.name, feature.example]));
  const body = JSON.stringify({ inputs: [row] }).replaceAll("'", String.raw`'\''`);
  return `
  Tensornest serves ${name} at ${url}   (documentation: ${url}/docs)

  curl -s ${url}/api/v1/models/${name}/predict -H 'content-type: application/json' \\
    -d '${body}'

`;
}
