import 'reflect-metadata';
/** The library: `import { TensornestModule } from 'tensornest'`. */
export { ConfigError } from './config/env-rules.js';
export { type ErrorCode, type InputProblem, TensornestError } from './core/errors.js';
export type { DoorName, DoorOptions } from './library/doors.js';
export { ModelCatalogue } from './library/model-catalogue.js';
export {
  type InputRow,
  type PredictionRequest,
  type PredictionResult,
  PredictionService,
  type RowResult,
} from './library/prediction.service.js';
export type { Settings } from './library/settings.js';
export { TensornestErrorFilter } from './library/tensornest-error.filter.js';
export type { ModelDetail, ModelSummary, VersionDetail, VersionSummary } from './model/model.dto.js';
export { TensornestModule, type TensornestOptions } from './tensornest.module.js';
