import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig, type V1Dialect } from '../../../core/app-config.js';
import { TensornestError } from '../../../core/errors.js';
import type { Tensor } from '../../../core/tensor.js';
import { EXPLAINER, type Explainer } from '../../../core/ports/explainer.js';
import { ModelRegistry } from '../../../model/model-registry.js';
import type { Inference } from '../../inference.js';
import { type Caller, PredictionService } from '../../prediction.service.js';
import { tabularOutputs } from '../../tensors/tabular-outputs.js';
import { versionFor } from '../version-for.js';
import { ExplainedInstances, writeExplanations } from './v1-explain.js';
import { writeClassification, writePrediction, writeRegression } from './v1-answer.js';
import { readExamplesDocument } from './v1-examples.js';
import { parseV1Json } from './v1-json.js';
import { readPredictDocument } from './v1-predict.js';
import type { V1Route, V1Target } from './v1-route.js';
import { ExamplesSource, PredictSource } from './v1-sources.js';
import { v1Metadata, versionStatuses } from './v1-status.js';

/** An answer as its door writes it. */
export interface V1Answer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

type Ask = Extract<V1Route, { kind: 'ask' }>;

/** What TensorFlow Serving and KServe V1 can be asked; where they differ, the dialect decides. */
@Injectable()
export class V1Service {
  private readonly dialect: V1Dialect;

  constructor(
    private readonly registry: ModelRegistry,
    private readonly predictions: PredictionService,
    @Inject(APP_CONFIG) config: AppConfig,
    @Inject(EXPLAINER) private readonly explainer: Explainer,
  ) {
    this.dialect = config.v1Dialect;
  }

  /** Answers any request but a question to a model. */
  look(route: Exclude<V1Route, Ask>): V1Answer {
    if (route.kind === 'list') return this.list();
    if (!this.registry.names().includes(route.model)) throw this.unknownModel(route);
    const version = this.exactVersion(route);
    if (route.kind === 'metadata') return ok(v1Metadata(this.registry.slot(route.model, version)));
    return version === undefined ? this.modelStatus(route.model) : this.versionStatus(route, version);
  }

  /** Asks a model; `bytes` is the JSON document, whatever it was called. `answered` sees a prediction before it is written. */
  async ask(route: Ask, bytes: Buffer, caller: Caller, answered?: (inference: Inference) => void): Promise<string> {
    if (route.verb === 'explain' && this.dialect === 'tfserving') throw unknownVerb(route);
    const document = this.parse(bytes);
    if (!this.registry.names().includes(route.model)) throw this.unknownModel(route);
    const target = { ...caller, model: route.model, version: this.exactVersion(route) };
    if (route.verb === 'explain') {
      return writeExplanations(await this.explainer.explain({ ...target, source: new ExplainedInstances(document) }));
    }
    if (route.verb === 'predict') {
      const source = new PredictSource(readPredictDocument(document));
      return this.predictions.infer({ ...target, source }, (inference) => {
        answered?.(inference);
        return writePrediction(outputsOf(inference), source.format);
      });
    }
    const source = new ExamplesSource(readExamplesDocument(document), route.verb);
    return this.predictions.infer({ ...target, source }, (inference) => {
      answered?.(inference);
      const [output] = outputsOf(inference);
      return route.verb === 'regress' ? writeRegression(output!) : writeClassification(output!, labelsOf(inference));
    });
  }

  private parse(bytes: Buffer): unknown {
    try {
      return parseV1Json(bytes);
    } catch (error) {
      if (this.dialect !== 'kserve' || !(error instanceof TensornestError)) throw error;
      throw new TensornestError(error.code, `Unrecognized request format: ${error.message}`);
    }
  }

  private list(): V1Answer {
    if (this.dialect === 'tfserving') throw new TensornestError('bad-request', 'Missing model name in request.');
    return ok({ models: this.registry.names() });
  }

  private modelStatus(name: string): V1Answer {
    const ready = this.registry.defaultVersion(name) !== undefined;
    const statuses = { model_version_status: versionStatuses(this.managed(name)) };
    if (this.dialect === 'tfserving') return ok(statuses);
    const also = this.dialect === 'kserve' ? {} : statuses;
    if (ready) return ok({ name, ready, ...also });
    return toAnswer(503, { error: `Model with name ${name} is not ready.`, ...also });
  }

  private versionStatus({ model }: V1Target, version: string): V1Answer {
    const statuses = this.managed(model).filter(([known]) => known === version);
    return ok({ model_version_status: versionStatuses(statuses) });
  }

  /** The version that the path means, by number or by label; undefined when it names none. */
  private exactVersion(target: V1Target): string | undefined {
    const { model, version, label } = target;
    if (label !== undefined) {
      const exact = this.registry.aliases(model).get(label);
      if (exact === undefined)
        throw new TensornestError('bad-request', `Unrecognized servable version label: ${label}`);
      return exact;
    }
    if (version === undefined) return undefined;
    const exact = versionFor(this.registry, model, version);
    if (this.managed(model).some(([known]) => known === exact)) return exact;
    throw new TensornestError('unknown-version', `Servable not found for request: Specific(${model}, ${version})`);
  }

  /** The versions that are asked for: TensorFlow Serving knows nothing of others that lie in the store. */
  private managed(model: string): ReturnType<ModelRegistry['versions']> {
    return this.registry.versions(model).filter(([, { state }]) => state !== 'available');
  }

  private unknownModel({ model, version }: V1Target): TensornestError {
    if (this.dialect === 'kserve') {
      return new TensornestError('unknown-model', `Model with name ${model} does not exist.`);
    }
    const request = version === undefined ? `Latest(${model})` : `Specific(${model}, ${version})`;
    return new TensornestError('unknown-model', `Servable not found for request: ${request}`);
  }
}

function outputsOf(inference: Inference): readonly Tensor[] {
  return inference.kind === 'tabular' ? tabularOutputs(inference.prediction) : inference.prediction.outputs;
}

function labelsOf(inference: Inference): readonly string[] | undefined {
  return inference.kind === 'tabular' ? inference.prediction.classes.map(({ label }) => label) : inference.labels;
}

/** TensorFlow Serving has no such verb. */
function unknownVerb({ model }: V1Target): TensornestError {
  return new TensornestError('bad-request', `Malformed request: POST /v1/models/${model}:explain`);
}

function ok(body: object): V1Answer {
  return toAnswer(200, body);
}

function toAnswer(status: number, body: object): V1Answer {
  return { status, body: `${JSON.stringify(body, null, 1)}\n` };
}
