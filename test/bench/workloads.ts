export type ModelKind = 'car' | 'heavy';

export interface Workload {
  readonly name: string;
  readonly model: ModelKind;
  /** Rows of one request. */
  readonly rows: number;
  readonly connections: number;
  /** The only servers that run it; undefined means every server of the model's group. */
  readonly only?: readonly string[];
}

const CAR = { 1: [1, 16, 64, 256], 100: [1, 16, 64], 1000: [1, 16] };

/** Named `<rows>x<connections>`, with `heavy-` before those of the heavy model. */
export const WORKLOADS: readonly Workload[] = [
  ...Object.entries(CAR).flatMap(([rows, all]) => all.map((connections) => workload('car', Number(rows), connections))),
  // One more point for the curve of the cost of a row.
  { ...workload('car', 10, 16), only: ['floor', 'tensornest', 'tensornest-tabulated', 'baseline'] },
  workload('heavy', 1, 16),
  workload('heavy', 100, 16),
];

function workload(model: ModelKind, rows: number, connections: number): Workload {
  return { name: `${model === 'heavy' ? 'heavy-' : ''}${rows}x${connections}`, model, rows, connections };
}

export const takes = (workload: Workload, server: string): boolean => workload.only?.includes(server) ?? true;
