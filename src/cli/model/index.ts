import type { ModelCommand } from './command.js';
import { diff } from './diff.js';
import { evaluate } from './evaluate.js';
import { importing } from './import.js';
import { inspect } from './inspect.js';
import { list } from './list.js';
import { pack } from './pack.js';
import { predict } from './predict.js';
import { publish } from './publish.js';
import { pull } from './pull.js';
import { sign } from './sign.js';
import { verify } from './verify.js';

/** The table of commands, in the order of the help: adding one is adding a file and an entry. */
export const COMMANDS: readonly ModelCommand[] = [
  list,
  inspect,
  verify,
  diff,
  predict,
  evaluate,
  sign,
  importing,
  pack,
  publish,
  pull,
];
