import { applyDecorators } from '@nestjs/common';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, Max, Min } from 'class-validator';

/** A variable cannot be right or wrong by itself. The message names every such variable and never a value, which may be a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** @param faults each begins with the name of what is wrong. */
  constructor(
    readonly faults: readonly string[],
    { heading, help } = { heading: 'The configuration is wrong', help: 'Every variable is described in README.md.' },
  ) {
    super(`${heading}:\n${faults.map((fault) => `  ${fault}`).join('\n')}\n${help}`);
  }
}

export const SWITCH = ['true', 'false'] as const;
export type Switch = (typeof SWITCH)[number];

/** `a, b` becomes `['a', 'b']`. */
export const CommaList = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
      : value,
  );

export const OneOf = (values: readonly string[]): PropertyDecorator =>
  IsIn(values, { message: `must be one of ${values.join(', ')}` });

/**
 * @param unit what is counted, such as `seconds`; none for a plain number.
 * @param note what the least value means.
 */
export const WholeNumber = (least: number, most: number, unit = '', note = ''): PropertyDecorator =>
  applyDecorators(
    Type(() => Number),
    // The first that fails is told, and these are applied in this order.
    IsInt({ message: `must be a whole number${unit && ` of ${unit}`}` }),
    Min(least, { message: `must be at least ${least}${note && ` (${note})`}` }),
    Max(most, { message: `must be at most ${most}` }),
  );
