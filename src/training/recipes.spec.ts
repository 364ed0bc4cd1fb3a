import { describe, expect, it } from 'vitest';
import { epochsOn, recipesFor, WIDE } from './recipes.js';

const shapes = (rows: number, width: number) => recipesFor({ rows, width }, 10, undefined);
const work = ({ layers, epochs }: { layers: readonly number[]; epochs: number }, rows: number, width: number) => {
  const sizes = [width, ...layers, 10];
  return rows * epochs * sizes.slice(1).reduce((sum, size, at) => sum + size * sizes[at]!, 0);
};

describe('the recipes of a search', () => {
  it('begin with the simplest, a logistic regression', () => {
    for (const width of [4, WIDE]) expect(shapes(1_000, width)[0]).toMatchObject({ layers: [] });
  });

  it('are few, large and with dropout where rows are wide', () => {
    expect(shapes(6_000, WIDE - 1).every(({ dropout }) => dropout === undefined)).toBe(true);
    const wide = shapes(6_000, 784);
    expect(wide).toHaveLength(3);
    expect(wide.at(-1)).toMatchObject({ layers: [512, 256], activation: 'relu', dropout: 0.5, inputDropout: 0.2 });
  });

  it.each([
    [20_000, 784],
    [6_000, 784],
    [20_000, 40],
    [100, 4],
  ])('cost no more than their budget on %d rows of %d columns', (rows, width) => {
    for (const recipe of shapes(rows, width)) {
      expect(recipe.epochs).toBeLessThanOrEqual(100);
      if (recipe.epochs > 5) expect(work(recipe, rows, width)).toBeLessThanOrEqual(9e10);
    }
  });

  it('take fewer epochs where they are found on a small part of the rows', () => {
    expect(epochsOn(80, 60, 30)).toBe(30);
    expect(epochsOn(75_000, 20_000, 30)).toBe(16);
    expect(epochsOn(10_000_000, 20_000, 30)).toBe(5);
    expect(epochsOn(10_000_000, 20_000, 3)).toBe(3);
  });
});
