import type { TensorPredictionEvent } from '../../../core/prediction.js';
import type { MakeAuditFormat } from './audit-format.js';
import { inputsOf, isoTime, perPackage, positionsMember, scopeAttributes, winnersText } from './members.js';
import { recordTensors } from './tensor-records.js';

export const REQUEST_TYPE = 'org.kubeflow.serving.inference.request';
export const RESPONSE_TYPE = 'org.kubeflow.serving.inference.response';

type Told = Pick<TensorPredictionEvent, 'requestId' | 'time' | 'digest'> & {
  readonly prediction: {
    readonly id: string;
    readonly model: string;
    readonly version: string;
    readonly timing: { readonly total: number };
  };
};

/**
 * Two events a prediction, of one id, with the attributes of KServe's inference logger; which exact package answered stands in
 * attributes of their own. The data are those of the V1 protocol, and of the Open Inference Protocol for tensors.
 * https://kserve.github.io/website/docs/model-serving/predictive-inference/logger/basic-logger
 */
export const kserveEvents: MakeAuditFormat = ({ source, namespace }) => {
  const head = (type: string) =>
    `{"specversion":"1.0","type":"${type}","source":${JSON.stringify(source)},"datacontenttype":"application/json",` +
    `"component":"predictor","endpoint":"","namespace":${JSON.stringify(namespace)},"id":"`;
  const [request, response] = [head(REQUEST_TYPE), head(RESPONSE_TYPE)];
  const members = perPackage(
    (model, version, digest) =>
      `","inferenceservicename":"${model}","modelversion":"${version}","modeldigest":"${digest}",`,
  );
  /** The openings of both, up to their data. */
  const openings = ({ requestId, time, digest, prediction }: Told) => {
    const { id, model, version, timing } = prediction;
    const about = `${id}${members(model, version, digest)}"requestid":"${requestId}",${scopeAttributes()}"time":"${isoTime(time)}"`;
    return {
      asked: `${request}${about},"data":`,
      answered: `${response}${about},"durationus":${Math.round(timing.total * 1_000)},"data":`,
    };
  };
  return {
    rows: (event) => {
      const { asked, answered } = openings(event);
      return [
        `${asked}{"instances":`,
        inputsOf(event),
        `${positionsMember(event)}}}\n${answered}{"predictions":[${winnersText(event)}]}}\n`,
      ];
    },
    tensors: (event) => {
      const { asked, answered } = openings(event);
      const { inputs, prediction } = event;
      const question = JSON.stringify({ inputs: recordTensors(inputs) });
      const answer = JSON.stringify({
        model_name: prediction.model,
        model_version: prediction.version,
        outputs: recordTensors(prediction.outputs),
      });
      return `${asked}${question}}\n${answered}${answer}}\n`;
    },
  };
};
