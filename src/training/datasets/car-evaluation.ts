import type { Dataset } from './dataset.js';
import { Frame } from './frame.js';

const ATTRIBUTES = {
  buying: ['vhigh', 'high', 'med', 'low'],
  maint: ['vhigh', 'high', 'med', 'low'],
  doors: ['2', '3', '4', '5more'],
  persons: ['2', '4', 'more'],
  lug_boot: ['small', 'med', 'big'],
  safety: ['low', 'med', 'high'],
} as const;

type Attribute = keyof typeof ATTRIBUTES;
type ValueOf<A extends Attribute> = (typeof ATTRIBUTES)[A][number];
type Car = { readonly [A in Attribute]: ValueOf<A> };

/** A grade that one decision table hands to the next: 0 is the worst. */
type Grade = 0 | 1 | 2 | 3;
type Table<Row extends string, Column extends string> = Readonly<Record<Row, Readonly<Record<Column, Grade>>>>;

const PRICE: Table<ValueOf<'buying'>, ValueOf<'maint'>> = {
  vhigh: { vhigh: 0, high: 0, med: 1, low: 1 },
  high: { vhigh: 0, high: 1, med: 1, low: 1 },
  med: { vhigh: 1, high: 1, med: 2, low: 3 },
  low: { vhigh: 1, high: 2, med: 3, low: 3 },
};

const NO_COMFORT = { small: 0, med: 0, big: 0 } as const;

const COMFORT: Readonly<Record<ValueOf<'persons'>, Table<ValueOf<'doors'>, ValueOf<'lug_boot'>>>> = {
  '2': { '2': NO_COMFORT, '3': NO_COMFORT, '4': NO_COMFORT, '5more': NO_COMFORT },
  '4': {
    '2': { small: 1, med: 1, big: 2 },
    '3': { small: 1, med: 1, big: 2 },
    '4': { small: 1, med: 2, big: 2 },
    '5more': { small: 1, med: 2, big: 2 },
  },
  more: {
    '2': { small: 0, med: 1, big: 2 },
    '3': { small: 1, med: 2, big: 2 },
    '4': { small: 1, med: 2, big: 2 },
    '5more': { small: 1, med: 2, big: 2 },
  },
};

const TECH: readonly Readonly<Record<ValueOf<'safety'>, Grade>>[] = [
  { low: 0, med: 0, high: 0 },
  { low: 0, med: 1, high: 2 },
  { low: 0, med: 2, high: 3 },
];

/** By price, then by technical characteristics. */
const ACCEPTABILITY = [
  ['unacc', 'unacc', 'unacc', 'unacc'],
  ['unacc', 'unacc', 'acc', 'acc'],
  ['unacc', 'acc', 'acc', 'vgood'],
  ['unacc', 'acc', 'good', 'vgood'],
] as const;

const COLUMNS = [...Object.keys(ATTRIBUTES), 'class'];

/**
 * The UCI Car Evaluation data set, generated: its 1,728 rows are every combination of the six attributes, judged by the
 * decision tables of the expert model that made it. The last attribute varies fastest, as in the published file.
 */
export const carEvaluation: Dataset = {
  name: 'car-evaluation',
  source:
    'Car Evaluation, M. Bohanec and B. Zupan, UCI Machine Learning Repository, 1997, https://doi.org/10.24432/C5JP48; ' +
    'derived from the expert decision model of M. Bohanec and V. Rajkovic, 1990. ' +
    'Regenerated from its decision tables, with no row changed.',
  licence: 'CC-BY-4.0',
  columns: COLUMNS,
  target: 'class',
  frame: () =>
    Frame.of(
      COLUMNS,
      everyCar().map((car) => ({ ...car, class: judge(car) })),
    ),
};

function everyCar(): Car[] {
  let cars: Partial<Car>[] = [{}];
  for (const [attribute, values] of Object.entries(ATTRIBUTES)) {
    cars = cars.flatMap((car) => values.map((value) => ({ ...car, [attribute]: value })));
  }
  return cars as Car[];
}

function judge({ buying, maint, doors, persons, lug_boot, safety }: Car): string {
  const tech = TECH[COMFORT[persons][doors][lug_boot]]?.[safety] ?? 0;
  return ACCEPTABILITY[PRICE[buying][maint]][tech];
}
