#!/usr/bin/env node
import { nodeFault } from './node-version.js';

const fault = nodeFault(process.versions.node);
if (fault === undefined) {
  // Imported only now: what an older Node cannot load would end in a stack trace.
  const { tensornest } = await import('./tensornest-command.js');
  process.exitCode = await tensornest(process.argv.slice(2));
} else {
  process.stderr.write(`error: ${fault}\n`);
  process.exitCode = 1;
}
