import { TensornestError } from '../core/errors.js';
import { isRunning, type Rollout, type Settlement } from '../core/rollout.js';
import { signatureDifferences } from '../core/compare-signatures.js';
import type { ModelSignature, Signature, TensorSignature } from '../core/signature.js';
import type { ModelChoices } from './model-choices.js';

/** The rollout that requests take part in. */
export function runningRollout({ rollout }: ModelChoices): Rollout | undefined {
  return rollout !== undefined && isRunning(rollout) ? rollout : undefined;
}

/**
 * The choices with a rollout begun. The current version is made the active one, so that a newer candidate does not take
 * over by being loaded. The same choices when a rollout is running already.
 */
export function withRollout(choices: ModelChoices, rollout: Rollout): ModelChoices {
  if (runningRollout(choices) !== undefined) return choices;
  return { ...choices, active: rollout.current, rollout };
}

/**
 * The choices with the rollout settled. It is settled once, so the same choices when it was settled before: only one that
 * was held can still be brought to its end.
 */
export function withSettlement(choices: ModelChoices, id: string, settled: Settlement): ModelChoices {
  const running = runningRollout(choices);
  if (running?.id !== id) return choices;
  if (running.settled !== undefined && settled.outcome !== 'aborted') return choices;
  const { candidate } = running;
  if (settled.outcome === 'promoted') return withActivation(choices, candidate, settled.reasons);
  return { ...choices, rollout: { ...running, settled } };
}

/** The choices with a version made the active one; a rollout of that version has come to its end with it. */
export function withActivation(
  choices: ModelChoices,
  version: string,
  reasons: readonly string[] = ['activated by an operator'],
): ModelChoices {
  const running = runningRollout(choices);
  const unloaded = choices.unloaded.filter((other) => other !== version);
  const next = { ...choices, active: version, unloaded };
  if (running?.candidate !== version) return next;
  return { ...next, rollout: { ...running, settled: { outcome: 'promoted', reasons } } };
}

/** Rejects a decision that would pull a version out from under a running rollout. */
export function assertNotInRollout(choices: ModelChoices, name: string, versions?: readonly string[]): void {
  const running = runningRollout(choices);
  if (running === undefined) return;
  const { current, candidate } = running;
  if (versions !== undefined && !versions.includes(current) && !versions.includes(candidate)) return;
  const what = `A rollout of ${name} ${candidate} beside ${current} is running`;
  throw new TensornestError('rollout-in-progress', `${what}: end it first with DELETE .../models/${name}/rollout.`);
}

/** Rejects when callers could tell the candidate from the current version by more than the quality of its answers. */
export function assertCompatible(current: ModelSignature, candidate: ModelSignature): void {
  if (isTensor(current) || isTensor(candidate)) {
    const which = isTensor(current) ? 'The current version' : 'The candidate';
    const fix = 'load the candidate beside it and ask it by its version';
    throw new TensornestError(
      'incompatible-signature',
      `${which} takes and gives tensors, and a rollout compares classifiers: ${fix}.`,
    );
  }
  const differences = signatureDifferences(current, candidate);
  const labels = ({ classes }: Signature) => classes.map(({ label }) => label).join('\n');
  if (differences.length === 0 && labels(current) !== labels(candidate)) {
    differences.push('the classes have different numbers, because they are listed in another order');
  }
  if (differences.length === 0) return;
  const what = 'The current version (the first) and the candidate (the second) do not take and give the same';
  throw new TensornestError('incompatible-signature', `${what}: ${differences.join('; ')}.`);
}

function isTensor(signature: ModelSignature): signature is TensorSignature {
  return signature.kind === 'tensor';
}
