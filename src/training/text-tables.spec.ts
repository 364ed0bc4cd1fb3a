import { describe, expect, it } from 'vitest';
import { confusionCells, perClassCells } from './evaluation-tables.js';
import { evaluate } from './metrics.js';
import { markdownTable, textTable } from './text-tables.js';

const evaluation = evaluate([0, 0, 1], Float32Array.of(0.9, 0.1, 0.2, 0.8, 0.3, 0.7), ['poor', 'good']);

describe('tables', () => {
  it('line up numbers to the right under their heads', () => {
    expect(textTable(perClassCells(evaluation)).split('\n')).toEqual([
      'class  precision  recall      F1  support',
      'poor      1.0000  0.5000  0.6667        2',
      'good      0.5000  1.0000  0.6667        1',
    ]);
  });

  it('label both sides of the confusion matrix', () => {
    expect(textTable(confusionCells(evaluation)).split('\n')).toEqual([
      'true \\ predicted  poor  good',
      'poor                 1     1',
      'good                 0     1',
    ]);
  });

  it('keep a cell from breaking a Markdown table', () => {
    const head = ['a', 'b'];
    expect(markdownTable([head, ['x|y', '1\n2']])).toBe('| a | b |\n| --- | ---: |\n| x\\|y | 1 2 |');
  });
});
