import { Ajv, type ValidateFunction } from 'ajv';
import { Deviation } from './rule.js';
import { type SchemaName, SCHEMAS } from './schemas.js';

const ajv = new Ajv({ allErrors: true, strict: false });
const validators = new Map<SchemaName, ValidateFunction>();

/** Throws a `Deviation` that names every way in which `message` is none of its kind. */
export function assertMessage(kind: SchemaName, message: unknown): void {
  let validate = validators.get(kind);
  if (validate === undefined) {
    validate = ajv.compile(SCHEMAS[kind]);
    validators.set(kind, validate);
  }
  if (!validate(message)) throw new Deviation(`the ${kind} message is malformed: ${ajv.errorsText(validate.errors)}`);
}
