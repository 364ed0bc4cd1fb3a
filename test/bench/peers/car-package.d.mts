type Row = Readonly<Record<string, unknown>>;

export function readPackage(folder: string): {
  readonly features: readonly { name: string; values: string[] }[];
  readonly classes: readonly { label: string }[];
  readonly width: number;
  readonly encode: (rows: readonly Row[]) => Float32Array<ArrayBuffer>;
  readonly toReply: (probabilities: Float32Array) => object;
};
