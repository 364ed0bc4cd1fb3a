import type { Type } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { IsDefined, IsOptional, type ValidationError, validateSync } from 'class-validator';
import type { InputFault, InputProblem } from '../core/errors.js';
import type { Feature, Signature } from '../core/signature.js';
import { type FaultContext, kindOf } from './encoders.js';
import { nearest } from './nearest.js';

/** A problem of one row: the field that it is about, or none when it is about the row itself. */
export type RowProblem = Omit<InputProblem, 'pointer'> & { readonly field?: string };

/** A row as a class: its decorators explain to class-validator and to OpenAPI what the encoder accepts. */
export type RowDto = Type<object>;

/** Keys that other code could mistake for an object's own machinery. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

// NOTE: the decorators' metadata is global and is never freed, so equal signatures must share a class.
const dtos = new Map<string, RowDto>();

/** The DTO class of `signature`, called `name` in the OpenAPI document. */
export function rowDto(signature: Signature, name: string): RowDto {
  const key = `${name} ${JSON.stringify(signature)}`;
  let dto = dtos.get(key);
  if (dto === undefined) {
    dto = buildDto(signature, name);
    dtos.set(key, dto);
  }
  return dto;
}

function buildDto(signature: Signature, name: string): RowDto {
  // The name must be computed, which only an object's key can do.
  const dto = { [name]: class {} }[name] as RowDto;
  for (const feature of signature.features) {
    for (const decorate of decoratorsOf(feature)) decorate(dto.prototype as object, feature.name);
  }
  return dto;
}

function decoratorsOf(feature: Feature): PropertyDecorator[] {
  const kind = kindOf(feature);
  const { missing } = feature;
  const presence =
    missing.policy === 'default'
      ? IsOptional()
      : IsDefined({ context: { code: 'required' } satisfies FaultContext, message: 'is required' });
  const documentation = {
    description: describe(feature),
    example: feature.example,
    required: missing.policy === 'refuse',
    ...(missing.policy === 'default' ? { default: missing.value, nullable: true } : {}),
    ...kind.schema(feature),
  } as ApiPropertyOptions;
  return [presence, ...kind.rules(feature), ApiProperty(documentation)];
}

function describe(feature: Feature): string {
  const unit = feature.kind === 'number' && feature.unit !== null ? ` Unit: ${feature.unit}.` : '';
  return feature.description + unit;
}

/** Every problem that makes the encoder of `signature` refuse `row`; empty exactly when it accepts the row. */
export function explainRow(signature: Signature, row: unknown): RowProblem[] {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    return [{ code: row === null ? 'null' : 'wrong-type', message: 'must be an object with a value for each field' }];
  }
  const sent = row as Record<string, unknown>;
  const names = signature.features.map(({ name }) => name);
  return [...explainKeys(names, sent), ...explainValues(signature, sent)];
}

/** A problem for each key of `object` that is not among `names`. */
export function explainKeys(names: readonly string[], object: Readonly<Record<string, unknown>>): RowProblem[] {
  return Object.keys(object)
    .filter((key) => object[key] !== undefined && !names.includes(key))
    .map((field) => {
      if (FORBIDDEN_KEYS.has(field)) return { field, code: 'forbidden-key', message: 'is not allowed as a field name' };
      const close = nearest(field, names);
      const hint = close === undefined ? `the fields are ${names.join(', ')}` : `did you mean "${close}"?`;
      return { field, code: 'unknown-field', message: `is not a known field; ${hint}`, ...toNearest(close) };
    });
}

function explainValues(signature: Signature, row: Record<string, unknown>): RowProblem[] {
  const values = Object.fromEntries(signature.features.map(({ name }) => [name, shallow(row[name])]));
  const instance = plainToInstance(rowDto(signature, 'Row'), values);
  return validateSync(instance, { stopAtFirstError: true }).map((error) => toProblem(error, row[error.property]));
}

/** class-transformer copies values to any depth, and a hostile depth overflows its stack: the shape is all it needs. */
function shallow(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? [] : {};
}

function toProblem({ property: field, constraints, contexts }: ValidationError, value: unknown): RowProblem {
  const [rule, text] = Object.entries(constraints ?? {})[0] ?? ['', 'is not accepted'];
  const { code, allowed } = contexts?.[rule] as FaultContext;
  const close = allowed === undefined || typeof value !== 'string' ? undefined : nearest(value, allowed);
  const hint = close === undefined ? '' : `; did you mean "${close}"?`;
  return {
    field,
    code: refine(code, value),
    message: value === null ? 'must not be null' : text + hint,
    ...(allowed === undefined ? {} : { allowed }),
    ...toNearest(close),
  };
}

/** The rules see only that a value is missing or no number; the value says which kind of missing or no number. */
function refine(code: InputFault, value: unknown): InputFault {
  if (value === null) return 'null';
  return typeof value === 'number' && !Number.isFinite(value) ? 'not-finite' : code;
}

function toNearest(close: string | undefined): { nearest?: string } {
  return close === undefined ? {} : { nearest: close };
}
