import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '../core/app-config.js';
import type { Cancellation } from '../core/cancellation.js';
import type { InputProblem } from '../core/errors.js';
import type { Explanation } from '../core/explanation.js';
import type { Explainer, Explanations, ExplainRequest } from '../core/ports/explainer.js';
import { SHEDS, type Sheds } from '../core/ports/sheds.js';
import type { Row } from '../core/signature.js';
import { ModelRegistry } from '../model/model-registry.js';
import type { Slot } from '../model/slot.js';
import type { TabularSlot } from '../model/tabular-slot.js';
import { Deadlines } from '../prediction/deadlines.js';
import { refusal } from '../prediction/refusal.js';
import { countShed } from '../prediction/shed.js';
import { contributionsOf, leastCost, methodWithin } from './contributions.js';
import { ExplainMetrics } from './explain.metrics.js';
import type { CounterfactualBody, WhatIfBody } from './explain-bodies.dto.js';
import type { CounterfactualDto, ImportanceDto, WhatIfDto } from './explain-answers.dto.js';
import { smallestChange } from './smallest-change.js';
import { Subject } from './subject.js';
import { responseCurves } from './what-if.js';

/** Which version is asked, and until when. */
export interface Asked {
  readonly model: string;
  readonly version?: string | undefined;
  readonly cancellation: Cancellation;
}

/** Where the only row of a document stands. */
const ONE_ROW = {
  rows: '/input',
  at: (_row: number, feature?: string) => (feature === undefined ? '/input' : `/input/${feature}`),
};

/** Asks models about rows that nobody sent, to show how they come to their answers. Counted as no predictions. */
@Injectable()
export class ExplainService implements Explainer {
  /** Most rows of the model that one request may take. */
  private readonly budget: number;
  private readonly importances = new WeakMap<TabularSlot, Promise<ImportanceDto>>();

  constructor(
    private readonly registry: ModelRegistry,
    private readonly deadlines: Deadlines,
    private readonly metrics: ExplainMetrics,
    @Inject(SHEDS) private readonly sheds: Sheds,
    @Inject(APP_CONFIG) { limits }: AppConfig,
  ) {
    this.budget = limits.explainRows;
  }

  explain({ model, version, source, label, method, cancellation }: ExplainRequest): Promise<Explanations> {
    return this.with({ model, version, cancellation }, async (subject) => {
      const classIndex = label === undefined ? undefined : subject.classIndex(label, '/class');
      const { locator } = source;
      const rows = subject.accept(source.rows(), locator);
      const perRow = Math.floor(this.budget / rows.length);
      const chosen = method ?? methodWithin(perRow, subject);
      const least = leastCost(chosen, subject);
      if (least > perRow) throw tooCostly(locator.rows, least * rows.length, this.budget);
      const explanations = await this.explainAll(subject, rows, { classIndex, method: chosen }, perRow);
      return { ...identityOf(subject), backgroundRows: subject.background.rows.length, explanations };
    });
  }

  whatIf(asked: Asked, { input, features }: WhatIfBody): Promise<WhatIfDto> {
    return this.with(asked, async (subject) => {
      const [row] = subject.accept([input], ONE_ROW);
      const wanted = features ?? subject.signature.features.map(({ name }) => name);
      checkNames(subject, wanted, '/features');
      return { ...identityOf(subject), features: await responseCurves(subject, row!, wanted) };
    });
  }

  counterfactual(asked: Asked, body: CounterfactualBody): Promise<CounterfactualDto> {
    return this.with(asked, async (subject) => {
      const { input, target, frozen = [], maxChanges } = body;
      const wanted = target === undefined ? undefined : subject.classIndex(target, '/target');
      const [row] = subject.accept([input], ONE_ROW);
      checkNames(subject, frozen, '/frozen');
      const limits = { changes: maxChanges, rows: this.budget };
      const change = await smallestChange(subject, row!, { wanted, frozen: new Set(frozen) }, limits);
      return { ...identityOf(subject), ...change };
    });
  }

  /** Mean size of each feature's contribution over the background. Worked out once per loaded version. */
  importance({ model, version }: Omit<Asked, 'cancellation'>): Promise<ImportanceDto> {
    return this.with({ model, version }, (subject) => {
      let importance = this.importances.get(subject.slot);
      if (importance === undefined) {
        importance = this.workOutImportance(subject);
        this.importances.set(subject.slot, importance);
        importance.catch(() => this.importances.delete(subject.slot));
      }
      return importance;
    });
  }

  private async workOutImportance(subject: Subject): Promise<ImportanceDto> {
    const { rows, weights } = subject.background;
    const perRow = Math.floor(this.budget / rows.length);
    const method = methodWithin(perRow, subject);
    const explanations = await this.explainAll(subject, rows, { classIndex: undefined, method }, perRow);
    const features = subject.signature.features.map(({ name }, feature) => ({
      feature: name,
      importance: explanations.reduce(
        (sum, { contributions }, row) => sum + weights[row]! * Math.abs(contributions[feature]!.contribution),
        0,
      ),
    }));
    return { ...identityOf(subject), method, features: features.sort((a, b) => b.importance - a.importance) };
  }

  private async explainAll(
    subject: Subject,
    rows: readonly Row[],
    { classIndex, method }: { classIndex: number | undefined; method: Explanation['method'] },
    perRow: number,
  ): Promise<Explanation[]> {
    const probabilities = await subject.probabilities(rows);
    const winners = subject.slot.decide(probabilities, rows.length);
    const width = subject.signature.classes.length;
    const explanations: Explanation[] = [];
    for (const [index, row] of rows.entries()) {
      const chosen = classIndex ?? winners[index]!;
      const probability = probabilities[index * width + chosen]!;
      explanations.push(await contributionsOf(subject, row, { classIndex: chosen, probability, method }, perRow));
    }
    return explanations;
  }

  private async with<T>(
    { model, version, cancellation }: Omit<Asked, 'cancellation'> & Partial<Asked>,
    work: (subject: Subject) => Promise<T>,
  ): Promise<T> {
    const { slot, release }: { slot: Slot; release: () => void } = this.registry.lease(model, version);
    if (cancellation !== undefined) this.deadlines.watch(cancellation);
    const started = performance.now();
    try {
      const answer = await work(Subject.of(slot, cancellation));
      this.metrics.explained(slot.manifest.name, slot.manifest.version, performance.now() - started);
      return answer;
    } catch (error) {
      countShed(this.sheds, error, slot.manifest.name);
      throw error;
    } finally {
      if (cancellation !== undefined) this.deadlines.forget(cancellation);
      release();
    }
  }
}

function identityOf({ manifest: { name, version } }: Subject): { model: string; version: string } {
  return { model: name, version };
}

function checkNames({ signature }: Subject, names: readonly string[], pointer: string): void {
  const known = signature.features.map(({ name }) => name);
  const problems = names.flatMap((name, index): InputProblem[] => {
    if (known.includes(name)) return [];
    const message = `is not a feature; the features are ${known.join(', ')}`;
    return [{ pointer: `${pointer}/${index}`, code: 'not-allowed', message, allowed: known }];
  });
  if (problems.length > 0) throw refusal(problems);
}

function tooCostly(pointer: string, rows: number, budget: number): Error {
  const message =
    `would take ${rows} rows of the model, and EXPLAIN_ROWS allows ${budget}: ` +
    'explain fewer rows at once, or leave the method to the service';
  return refusal([{ pointer, code: 'too-many', message }]);
}
