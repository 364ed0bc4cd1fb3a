import type { Protocol } from './protocol.js';
import { rest } from './rest/rest.protocol.js';

/** The table of protocols: adding one is adding a folder and an entry. */
export const PROTOCOLS: readonly Protocol[] = [rest];
