import { OPEN_INFERENCE_RULES } from './open-inference.rules.js';
import { type CheckedProtocol, Deviation, type Rule, type Subject } from './rule.js';
import { V1_RULES } from './v1.rules.js';

/** The table of protocols and their rules. */
export const RULES: Readonly<Record<CheckedProtocol, readonly Rule[]>> = {
  'open-inference': OPEN_INFERENCE_RULES,
  v1: V1_RULES,
};

export interface Outcome {
  readonly rule: Rule;
  /** How the server deviates, or undefined when it follows the rule. */
  readonly deviation: string | undefined;
}

/** Tries every rule on a server, one after the other; tells of each as soon as it is known. */
export async function conform(
  protocol: CheckedProtocol,
  subject: Subject,
  tell: (outcome: Outcome) => void,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const rule of RULES[protocol]) {
    const outcome = { rule, deviation: await deviationOf(rule, subject) };
    tell(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

/** A server that hangs up deviates like one that answers wrongly. */
async function deviationOf(rule: Rule, subject: Subject): Promise<string | undefined> {
  try {
    await rule.check(subject);
    return undefined;
  } catch (error) {
    if (error instanceof Deviation) return error.message;
    return `the request failed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
