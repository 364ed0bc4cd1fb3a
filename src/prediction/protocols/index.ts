import { openInference } from './open-inference/open-inference.protocol.js';
import type { Protocol } from './protocol.js';
import { rest } from './rest/rest.protocol.js';
import { v1 } from './v1/v1.protocol.js';

/** The table of protocols: adding one is adding a folder and an entry. */
export const PROTOCOLS: readonly Protocol[] = [rest, openInference, v1];
