import { Inject, Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Registry, type RegistryContentType } from 'prom-client';
import { APP_CONFIG, type AppConfig } from '../../core/app-config.js';
import { TensornestError } from '../../core/errors.js';
import { asService } from '../../core/request-scope.js';
import { GROUP_QUESTIONS, type GroupQuestions } from '../../core/ports/group-questions.js';
import type { MetricFamily, Metrics } from '../../core/ports/metrics.js';
import { translated } from './compat.js';
import { expose, merge, type Reading, readFamily } from './reading.js';

const QUESTION = 'metrics';

/** Milliseconds that a scrape waits for the slowest process. Prometheus itself gives up after 10 s. */
const SCRAPE_WITHIN_MS = 5_000;

/** All that is counted in this process, and the way to what the whole group has counted. */
@Injectable()
export class MetricBook implements Metrics {
  private readonly families = new Map<string, MetricFamily>();
  private readonly process = new Registry();

  constructor(
    @Inject(GROUP_QUESTIONS) private readonly questions: GroupQuestions,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    collectDefaultMetrics({ register: this.process });
    questions.answer(QUESTION, () => this.readProcess());
  }

  add(...families: readonly MetricFamily[]): void {
    for (const family of families) {
      if (this.families.has(family.name)) throw new Error(`There are two metrics ${family.name}. This is a bug.`);
      this.families.set(family.name, family);
    }
  }

  /**
   * The numbers of the whole group as text. Rejects with `metrics-incomplete` where a process did not answer: a sum
   * without it would look like counters that went back to zero, and like a storm of requests with the next scrape.
   */
  scrape(contentType: RegistryContentType): Promise<string> {
    // Whoever may look sees all models: a sum of some of them would be none of the counters' sums.
    return asService(() => this.collect(contentType));
  }

  private async collect(contentType: RegistryContentType): Promise<string> {
    const { answers, asked } = await this.questions.ask<readonly Reading[]>(QUESTION, null, SCRAPE_WITHIN_MS);
    if (answers.length < asked) {
      const missing = `${asked - answers.length} of ${asked} processes`;
      throw new TensornestError('metrics-incomplete', `${missing} did not answer in time; scrape again.`);
    }
    const readings = [...merge(answers), ...(await this.read('group'))];
    return expose([...readings, ...translated(readings, this.config.metrics.compat)], contentType);
  }

  private async readProcess(): Promise<readonly Reading[]> {
    const process = (await this.process.getMetricsAsJSON()) as unknown as readonly Reading[];
    return [...(await this.read('process')), ...process.map(asData)];
  }

  private read(scope: 'group' | 'process'): Promise<readonly Reading[]> {
    const wanted = [...this.families.values()].filter(({ across }) => (across === 'group') === (scope === 'group'));
    return Promise.all(wanted.map(readFamily));
  }
}

/** prom-client's own objects hold functions, which do not travel. */
function asData({ name, help, type, aggregator, values }: Reading): Reading {
  return { name, help, type, aggregator, values };
}
