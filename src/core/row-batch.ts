/** Encoded rows, row-major: shape [rows, width]. */
export interface RowBatch {
  readonly data: Float32Array;
  readonly rows: number;
  readonly width: number;
}
