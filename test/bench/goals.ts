export interface Goal {
  readonly workloads: readonly string[];
  readonly server: 'tensornest' | 'tensornest-tabulated';
  readonly of: string;
  /** Smallest accepted ratio of throughputs. */
  readonly atLeast: number;
}

const OURS = 'tensornest';
const PRECOMPUTED = 'tensornest-tabulated';

/** What the service wants to reach. */
export const GOALS: readonly Goal[] = [
  { workloads: ['1x1'], server: OURS, of: 'floor', atLeast: 0.65 },
  { workloads: ['1x1'], server: OURS, of: 'onnx', atLeast: 1.0 },
  { workloads: ['1x16', '1x64'], server: OURS, of: 'floor', atLeast: 0.9 },
  { workloads: ['1x16', '1x64'], server: OURS, of: 'floor-deferred', atLeast: 0.65 },
  { workloads: ['1x16', '1x64'], server: OURS, of: 'onnx', atLeast: 1.6 },
  { workloads: ['1x16', '1x64'], server: OURS, of: 'fastapi', atLeast: 80 },
  { workloads: ['100x16'], server: OURS, of: 'floor', atLeast: 1.2 },
  { workloads: ['100x16'], server: OURS, of: 'onnx', atLeast: 2.0 },
  { workloads: ['100x16'], server: OURS, of: 'fastapi', atLeast: 60 },
  { workloads: ['1000x16'], server: OURS, of: 'floor', atLeast: 1.2 },
  { workloads: ['1000x16'], server: OURS, of: 'onnx', atLeast: 1.8 },
  { workloads: ['1000x16'], server: OURS, of: 'fastapi', atLeast: 70 },
  { workloads: ['100x16'], server: PRECOMPUTED, of: 'floor', atLeast: 2.0 },
  { workloads: ['1000x16'], server: PRECOMPUTED, of: 'floor', atLeast: 2.3 },
];
