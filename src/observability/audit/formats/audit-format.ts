import type { AuditEvents } from '../../../core/app-config.js';
import type { PredictionEvent, TensorPredictionEvent } from '../../../core/prediction.js';
import type { LinePart } from '../../line-buffer.js';

/**
 * How predictions become lines. Each line is a CloudEvent in JSON, whose object ends the line: the log appends its chain to
 * it. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export interface AuditFormat {
  /** The lines of one prediction, with their line feeds. */
  rows(event: PredictionEvent): readonly LinePart[];
  /** The lines of one call of a model of tensors, with their line feeds. */
  tensors(event: TensorPredictionEvent): string;
}

/** Works out in advance what is the same in every line. */
export type MakeAuditFormat = (events: AuditEvents) => AuditFormat;
