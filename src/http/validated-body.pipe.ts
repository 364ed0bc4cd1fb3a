import type { PipeTransform, Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { type InputFault, type InputProblem, TensornestError } from '../core/errors.js';
import { pointerStep } from '../core/json-pointer.js';
import type { JsonBody } from './json-body.js';

/** class-transformer copies values to any depth, and a hostile depth would overflow its stack. */
const DEEPEST = 16;

/** What class-validator's rules mean in our words; every other rule is about a value of the wrong kind. */
const FAULTS: Readonly<Record<string, InputFault>> = {
  isDefined: 'required',
  whitelistValidation: 'unknown-field',
  isIn: 'not-allowed',
  matches: 'not-allowed',
  min: 'out-of-range',
  isPositive: 'out-of-range',
  max: 'out-of-range',
};

/** A body as an instance of a DTO class: `@Body(new ValidatedBody(Dto))`. Refuses with every problem that it has. */
export class ValidatedBody<T extends object> implements PipeTransform<JsonBody, T> {
  constructor(private readonly type: Type<T>) {}

  transform(body: JsonBody): T {
    const value = body.parse();
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw refusal([{ pointer: '', code: 'wrong-type', message: 'the body must be a JSON object' }]);
    }
    if (!isShallow(value, DEEPEST)) {
      throw refusal([{ pointer: '', code: 'wrong-type', message: `must not be nested deeper than ${DEEPEST} levels` }]);
    }
    const instance = plainToInstance(this.type, value, { exposeDefaultValues: true });
    const errors = validateSync(instance, { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true });
    if (errors.length > 0) throw refusal(errors.flatMap((error) => problemsOf(error, '')));
    return instance;
  }
}

function problemsOf({ property, constraints = {}, children = [] }: ValidationError, above: string): InputProblem[] {
  const pointer = above + pointerStep(property);
  const own = Object.entries(constraints).map(([rule, text]): InputProblem => {
    const message = rule === 'whitelistValidation' ? 'is not a known field' : withoutName(text, property);
    return { pointer, code: FAULTS[rule] ?? 'wrong-type', message };
  });
  return [...own, ...children.flatMap((child) => problemsOf(child, pointer))];
}

/** class-validator's own messages begin with the name of the property, which the pointer says already. */
function withoutName(text: string, property: string): string {
  return text.startsWith(`${property} `) ? text.slice(property.length + 1) : text;
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1));
}

function refusal(problems: readonly InputProblem[]): TensornestError {
  const [first] = problems;
  return new TensornestError('invalid-input', `${first?.pointer} ${first?.message}.`.trim(), { problems });
}
