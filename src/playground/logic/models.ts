import type { ModelSummary, VersionSummary } from '../types.js';

export const isReady = ({ versions }: ModelSummary): boolean => versions.some(({ state }) => state === 'ready');

/**
 * The model and version to show: those that are wanted, where they are ready; else those that answer by themselves. Null while nothing is
 * ready.
 */
export function choiceOf(
  models: readonly ModelSummary[],
  name: string | null,
  version: string | null,
): readonly [ModelSummary, VersionSummary] | null {
  const able = models.filter(isReady);
  const model = able.find((one) => one.name === name) ?? able.find((one) => one.default) ?? able[0];
  const ready = model?.versions.filter(({ state }) => state === 'ready') ?? [];
  const chosen = ready.find((one) => one.version === version) ?? ready.find((one) => one.default) ?? ready[0];
  return model === undefined || chosen === undefined ? null : [model, chosen];
}

/** Where a version stands, and why. */
export function standingOf({ version, state, reason }: VersionSummary): string {
  const stands = state === 'failed' ? 'has failed' : `is ${state}`;
  return `${version} ${stands}${reason === undefined ? '.' : `: ${reason}`}`;
}
