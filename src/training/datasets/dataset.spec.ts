import { describe, expect, it } from 'vitest';
import { toCsv } from './dataset.js';
import { Frame } from './frame.js';
import { datasetNamed } from './index.js';

describe('a data set as CSV', () => {
  it('quotes the cells that hold a comma, a quote or a line break, and leaves missing values empty', () => {
    const columns = ['a', 'b'];
    const rows = [
      { a: 'x, y', b: 1.5 },
      { a: 'say "hi"\n', b: null },
    ];
    expect(toCsv(Frame.of(columns, rows), columns)).toBe('"x, y",1.5\n"say ""hi""\n",\n');
  });
});

describe('the table of data sets', () => {
  it('suggests the name that was probably meant', () => {
    expect(() => datasetNamed('car-evalution')).toThrow('did you mean "car-evaluation"?');
  });

  it('lists what there is when nothing is close, names of object methods included', () => {
    expect(() => datasetNamed('toString')).toThrow('the data sets are car-evaluation, penguins');
  });
});
