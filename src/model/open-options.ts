import type { WantedPlacement } from '../core/placement.js';

/** How a package is opened. */
export interface OpenOptions {
  /** `auto` decides by the time that a warm batch takes. */
  readonly placement: WantedPlacement;
  /** Most rows of one execution. */
  readonly batchRows: number;
  /** Most rows that may wait for one; without it, however many there are. */
  readonly queueRows?: number;
  /** A signature with at most this many different inputs is worked out in advance; 0 for none. */
  readonly tabulateInputs: number;
}
