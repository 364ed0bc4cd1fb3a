/** Training cannot go on for a reason that its user can remove. The message says which file, field or value, and the fix. */
export class TrainingError extends Error {
  override readonly name: string = 'TrainingError';
}

/** There is nothing to train under that name. */
export class UnknownModelError extends TrainingError {
  override readonly name = 'UnknownModelError';
}
