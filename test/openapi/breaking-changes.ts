import type { OpenAPIObject } from '@nestjs/swagger';

type Schema = Readonly<Record<string, any>>;
type Side = 'request' | 'response';

/** Limits of values: raised or lowered, they refuse what was taken before. */
const LOWEST = ['minimum', 'exclusiveMinimum', 'minItems', 'minLength'] as const;
const HIGHEST = ['maximum', 'exclusiveMaximum', 'maxItems', 'maxLength'] as const;

/**
 * What breaks a client that was made for `before`, a line each. A request may be asked for less and may be given more; an
 * answer may hold more and may not hold less. Ids of operations count: they are the names of a client's functions.
 *
 * Own code, since the comparers that the npm registry has stop at OpenAPI 3.0 or pass over properties that become required.
 */
export function breakingChanges(before: OpenAPIObject, after: OpenAPIObject): string[] {
  return new Comparison(before, after).run();
}

class Comparison {
  private readonly found: string[] = [];
  private readonly seen = new Set<string>();

  private readonly before: OpenAPIObject;
  private readonly after: OpenAPIObject;

  // NOTE: no parameter properties, which Node does not strip.
  constructor(before: OpenAPIObject, after: OpenAPIObject) {
    this.before = before;
    this.after = after;
  }

  run(): string[] {
    for (const [path, item] of Object.entries<Schema>(this.before.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        const now = (this.after.paths as Schema)[path]?.[method];
        const at = `${method.toUpperCase()} ${path}`;
        if (now === undefined) this.found.push(`${at} is gone`);
        else this.operation(operation, now, at);
      }
    }
    return this.found;
  }

  private operation(before: Schema, after: Schema, at: string): void {
    if (before.operationId !== after.operationId) {
      this.found.push(`${at} was ${before.operationId} and is ${after.operationId}`);
    }
    this.parameters(before.parameters ?? [], after.parameters ?? [], at);
    if (before.requestBody?.required !== true && after.requestBody?.required === true) {
      this.found.push(`${at} wants a body`);
    }
    this.contents(before.requestBody?.content, after.requestBody?.content, 'request', `${at} body`);
    for (const [status, answer] of Object.entries<Schema>(before.responses)) {
      const now = after.responses[status];
      if (now !== undefined) this.contents(answer.content, now.content, 'response', `${at} ${status}`);
      else if (status.startsWith('2')) this.found.push(`${at} does not answer ${status}`);
    }
  }

  private parameters(before: readonly Schema[], after: readonly Schema[], at: string): void {
    const named = (list: readonly Schema[], { name, in: place }: Schema) =>
      list.find((other) => other.name === name && other.in === place);
    for (const parameter of before) {
      const now = named(after, parameter);
      if (now === undefined) this.found.push(`${at} takes no ${parameter.in} parameter ${parameter.name}`);
      else this.schema(parameter.schema ?? {}, now.schema ?? {}, 'request', `${at} ${parameter.name}`);
    }
    for (const parameter of after) {
      const was = named(before, parameter);
      if (parameter.required === true && was?.required !== true) {
        this.found.push(`${at} wants the ${parameter.in} parameter ${parameter.name}`);
      }
    }
  }

  private contents(before: Schema = {}, after: Schema = {}, side: Side, at: string): void {
    for (const [type, { schema = {} }] of Object.entries(before)) {
      const now = after[type];
      if (now === undefined) this.found.push(`${at} is not ${type} any more`);
      else this.schema(schema, now.schema ?? {}, side, at);
    }
  }

  private schema(from: Schema, to: Schema, side: Side, at: string): void {
    const pair = `${from.$ref} ${to.$ref} ${side}`;
    if (from.$ref !== undefined) {
      if (this.seen.has(pair)) return;
      this.seen.add(pair);
      // One schema is told of once, wherever it is used.
      if (from.$ref === to.$ref) at = `${side} ${from.$ref.split('/').at(-1)}`;
    }
    const before = resolve(this.before, from);
    const after = resolve(this.after, to);
    if (before.oneOf !== undefined || after.oneOf !== undefined) {
      this.alternatives(before, after, side, at);
      return;
    }
    if (!fits(before.type, after.type, side)) {
      this.found.push(`${at} was of type ${before.type} and is of type ${after.type}`);
      return;
    }
    this.values(before, after, side, at);
    this.properties(before, after, side, at);
    if (before.items !== undefined) this.schema(before.items, after.items ?? {}, side, `${at}[]`);
  }

  /** A request must still be taken in every form that was taken; an answer may only have a form that it had. */
  private alternatives(before: Schema, after: Schema, side: Side, at: string): void {
    const [had, has] = [before.oneOf ?? [before], after.oneOf ?? [after]];
    const [all, some] = side === 'request' ? [had, has] : [has, had];
    for (const form of all) {
      const fits = some.some((other: Schema) => {
        const inner = new Comparison(this.before, this.after);
        inner.schema(...((side === 'request' ? [form, other] : [other, form]) as [Schema, Schema]), side, '');
        return inner.found.length === 0;
      });
      if (!fits) this.found.push(`${at} has another set of forms`);
    }
  }

  private values(before: Schema, after: Schema, side: Side, at: string): void {
    if (side === 'response') return;
    for (const value of before.enum ?? []) {
      if (after.enum?.includes(value) === false) this.found.push(`${at} does not take ${JSON.stringify(value)}`);
    }
    if (before.enum === undefined && after.enum !== undefined) this.found.push(`${at} takes some values only`);
    for (const limit of LOWEST) {
      if ((after[limit] ?? -Infinity) > (before[limit] ?? -Infinity)) this.found.push(`${at} has a higher ${limit}`);
    }
    for (const limit of HIGHEST) {
      if ((after[limit] ?? Infinity) < (before[limit] ?? Infinity)) this.found.push(`${at} has a lower ${limit}`);
    }
  }

  private properties(before: Schema, after: Schema, side: Side, at: string): void {
    const [had, has]: Schema[] = [before.properties ?? {}, after.properties ?? {}];
    const [needed, needs]: string[][] = [before.required ?? [], after.required ?? []];
    for (const [name, property] of Object.entries<Schema>(had!)) {
      const now = has![name];
      if (now !== undefined) this.schema(property, now, side, `${at}.${name}`);
      // An open object takes what it does not know.
      else if (side === 'response' || after.additionalProperties === false) this.found.push(`${at}.${name} is gone`);
    }
    if (side === 'request') {
      for (const name of needs!.filter((other) => !needed!.includes(other)))
        this.found.push(`${at}.${name} is required`);
    } else {
      for (const name of needed!.filter((other) => other in has! && !needs!.includes(other))) {
        this.found.push(`${at}.${name} may be missing`);
      }
    }
  }
}

/** Whether a request may still be of every type that it was, or an answer is of none that it was not. No type is any type. */
function fits(before: unknown, after: unknown, side: Side): boolean {
  const [narrow, wide] = side === 'request' ? [before, after] : [after, before];
  if (wide === undefined) return true;
  if (narrow === undefined) return false;
  const taken = [wide].flat();
  // A whole number is a number.
  return [narrow].flat().every((type) => taken.includes(type) || (type === 'integer' && taken.includes('number')));
}

/** What a reference stands for, with the schemas that it is put together from. */
function resolve(document: OpenAPIObject, schema: Schema): Schema {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice('#/components/schemas/'.length);
    return resolve(document, (document.components?.schemas as Schema | undefined)?.[name] ?? {});
  }
  if (schema.allOf === undefined) return schema;
  const parts: Schema[] = schema.allOf.map((part: Schema) => resolve(document, part));
  return Object.assign({}, ...parts, { ...schema, allOf: undefined }) as Schema;
}
