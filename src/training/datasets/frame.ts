/** One cell; null where the value is missing. */
export type Value = string | number | null;

/** One row of a table: column name to value. */
export type DataRow = Readonly<Record<string, Value>>;

/** The values of a column in the order of the rows: numbers alone with NaN where one is missing, or anything. */
export type Column = Float64Array | readonly Value[];

/**
 * A table by columns. A row of hundreds of columns is slow to make and large to keep as an object, and nearly everybody wants
 * one column after the other.
 */
export class Frame {
  readonly length: number;

  /**
   * @param all the columns by name, all of one length.
   * @param places of the rows that it has, in their order; undefined for all.
   */
  constructor(
    private readonly all: ReadonlyMap<string, Column>,
    private readonly places?: readonly number[],
  ) {
    this.length = places?.length ?? [...all.values()][0]?.length ?? 0;
  }

  /** The columns `names` of `rows`; a value that a row lacks is missing. */
  static of(names: readonly string[], rows: readonly DataRow[]): Frame {
    const columns = names.map((name): [string, Column] => {
      const values = rows.map((row) => row[name] ?? null);
      const numbers = values.every((value) => typeof value !== 'string');
      return [name, numbers ? Float64Array.from(values, (value) => value ?? NaN) : values];
    });
    // Rows without a column are rows too.
    return columns.length === 0 ? new Frame(new Map([['', rows.map(() => null)]])) : new Frame(new Map(columns));
  }

  /** The values of a column; those that the table does not have are missing. */
  column(name: string): Column {
    const { places, length } = this;
    const column = this.all.get(name);
    if (column === undefined) return new Float64Array(length).fill(NaN);
    if (places === undefined) return column;
    if (!(column instanceof Float64Array)) return places.map((place) => column[place]!);
    const picked = new Float64Array(length);
    for (let row = 0; row < length; row += 1) picked[row] = column[places[row]!]!;
    return picked;
  }

  /** The same with null for what is missing. */
  values(name: string): Value[] {
    return Array.from<Value, Value>(this.column(name), missingAsNull);
  }

  at(name: string, row: number): Value {
    return missingAsNull(this.all.get(name)?.[this.places?.[row] ?? row] ?? null);
  }

  row(row: number): DataRow {
    return Object.fromEntries([...this.all.keys()].map((name) => [name, this.at(name, row)]));
  }

  rows(): DataRow[] {
    return Array.from({ length: this.length }, (_, row) => this.row(row));
  }

  /** The rows at `indices`, in that order. Nothing is copied. */
  pick(indices: readonly number[]): Frame {
    const { places } = this;
    return new Frame(this.all, places === undefined ? indices : indices.map((index) => places[index]!));
  }

  /** The same rows with the columns `names` only. */
  only(names: readonly string[]): Frame {
    const missing = () => new Float64Array(this.all.values().next().value?.length ?? 0).fill(NaN);
    return new Frame(new Map(names.map((name) => [name, this.all.get(name) ?? missing()])), this.places);
  }
}

function missingAsNull(value: Value): Value {
  return Number.isNaN(value) ? null : value;
}
