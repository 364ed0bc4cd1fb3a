import type { Placement } from './ports/inference-backend.js';

/** Where a model may be told to run; `auto` decides by the time that a warm batch takes. */
export const PLACEMENTS = ['auto', 'inline', 'worker'] as const;
export type WantedPlacement = Placement | 'auto';

/** A placement for every model, and exceptions by model name. */
export interface Placements {
  readonly general: WantedPlacement;
  readonly byModel: Readonly<Record<string, WantedPlacement>>;
}

/**
 * Parses `auto`, `inline` or `worker`, followed or replaced by exceptions such as `penguins=worker`, separated by
 * semicolons. Undefined when the text is none of that.
 */
export function parsePlacements(text: string): Placements | undefined {
  let general: WantedPlacement = 'auto';
  const byModel: Record<string, WantedPlacement> = {};
  for (const part of text.split(';')) {
    const [left = '', right, ...rest] = part.split('=').map((piece) => piece.trim());
    const placement = PLACEMENTS.find((known) => known === (right ?? left));
    if (placement === undefined || left === '' || rest.length > 0) return undefined;
    if (right === undefined) general = placement;
    else byModel[left] = placement;
  }
  return { general, byModel };
}

export function placementOf({ general, byModel }: Placements, model: string): WantedPlacement {
  return Object.hasOwn(byModel, model) ? byModel[model]! : general;
}
