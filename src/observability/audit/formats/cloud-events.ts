import { thousandths } from '../../../core/decimals.js';
import type { TensorPredictionEvent } from '../../../core/prediction.js';
import type { MakeAuditFormat } from './audit-format.js';
import {
  inputsOf,
  isoTime,
  milliseconds,
  perPackage,
  positionsMember,
  scopeAttributes,
  winnersText,
} from './members.js';
import { recordTensors } from './tensor-records.js';

/** What was asked of a model, and what it answered. */
export const PREDICTION_TYPE = 'io.tensornest.inference.prediction.v1';

/** One event a prediction. */
export const cloudEvents: MakeAuditFormat = ({ source }) => {
  const head =
    `{"specversion":"1.0","type":"${PREDICTION_TYPE}","source":${JSON.stringify(source)},` +
    `"datacontenttype":"application/json","id":"`;
  const members = perPackage((model, version, digest) => ({
    subject: `","subject":"${model}/${version}",`,
    data: `","data":{"model":"${model}","version":"${version}","digest":"${digest}",`,
  }));
  const opening = ({
    requestId,
    time,
    digest,
    prediction,
  }: Pick<TensorPredictionEvent, 'requestId' | 'time' | 'digest'> & {
    readonly prediction: { readonly id: string; readonly model: string; readonly version: string };
  }) => {
    const { id, model, version } = prediction;
    const { subject, data } = members(model, version, digest);
    return `${head}${id}${subject}"requestid":"${requestId}",${scopeAttributes()}"time":"${isoTime(time)}${data}`;
  };
  return {
    rows: (event) => [
      `${opening(event)}"inputs":`,
      inputsOf(event),
      `${positionsMember(event)},"predictions":[${winnersText(event)}],"durationMs":${thousandths(event.prediction.timing.total)}}}\n`,
    ],
    tensors: (event) => {
      const { inputs, prediction } = event;
      const data = JSON.stringify({
        function: prediction.function,
        inputs: recordTensors(inputs),
        outputs: recordTensors(prediction.outputs),
        durationMs: milliseconds(prediction.timing.total),
      });
      // Its opening brace is that of `data`, which has begun already.
      return `${opening(event)}${data.slice(1)}}\n`;
    },
  };
};
