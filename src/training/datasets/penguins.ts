import type { DataRow, Dataset, Value } from './dataset.js';
import { Frame } from './frame.js';
import { readPackageFile } from './package-file.js';

/** Column of the file to column of the table. */
const COLUMNS = {
  Species: 'species',
  Island: 'island',
  'Beak Length (mm)': 'beak_length_mm',
  'Beak Depth (mm)': 'beak_depth_mm',
  'Flipper Length (mm)': 'flipper_length_mm',
  'Body Mass (g)': 'body_mass_g',
  Sex: 'sex',
} as const;

type Bird = Readonly<Record<keyof typeof COLUMNS, Value>>;

/** One bird has it for its sex: somebody's mark for "not known". */
const UNKNOWN = '.';

/** The Palmer penguins: 344 birds of three species, some of them with values missing. */
export const penguins: Dataset = {
  name: 'penguins',
  source:
    'Palmer Archipelago penguin data, K. B. Gorman and Palmer Station Antarctica LTER, 2007 to 2009, described in ' +
    'K. B. Gorman, T. D. Williams and W. R. Fraser, PLoS ONE 9(3): e90081, 2014, ' +
    'https://doi.org/10.1371/journal.pone.0090081; collected for palmerpenguins by A. M. Horst, A. P. Hill and ' +
    'K. B. Gorman, read from penguins.json of the npm package vega-datasets. Columns are renamed, and one sex that is ' +
    'given as "." counts as missing; nothing else is changed.',
  licence: 'CC0-1.0',
  columns: Object.values(COLUMNS),
  target: 'species',
  frame: () =>
    Frame.of(
      Object.values(COLUMNS),
      (JSON.parse(readPackageFile('vega-datasets', 'data/penguins.json')) as Bird[]).map(toRow),
    ),
};

function toRow(bird: Bird): DataRow {
  const columns = Object.entries(COLUMNS) as [keyof Bird, string][];
  return Object.fromEntries(columns.map(([from, to]) => [to, bird[from] === UNKNOWN ? null : bird[from]]));
}
