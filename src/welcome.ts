import type { Slot } from './model/slot.js';

/** What a newcomer wants to see once the service is up: where it is, and a request to paste. */
export function welcome(url: string, slots: readonly Slot[]): string {
  const [slot] = slots;
  if (slot === undefined) return `\n  No model is ready; ${url}/health/ready says why.\n\n`;
  const { name, signature } = slot.manifest;
  if (signature.kind === 'tensor') return `\n  Tensornest serves ${name} at ${url}/v2/models/${name}\n\n`;
  const row = Object.fromEntries(signature.features.map((feature) => [feature.name, feature.example]));
  const body = JSON.stringify({ inputs: [row] }).replaceAll("'", String.raw`'\''`);
  return `
  Tensornest serves ${name} at ${url}   (documentation: ${url}/docs)

  curl -s ${url}/api/v1/models/${name}/predict -H 'content-type: application/json' \\
    -d '${body}'

`;
}
