import 'reflect-metadata';
import cluster from 'node:cluster';
import { z } from 'zod';
import { GroupMember } from './cluster/member.js';
import { ConfigError } from './config/env-rules.js';
import { processConfig } from './config/process-config.js';
import { endWithNpm } from './end-with-npm.js';

/** Runs the service as its configuration says. Resolves once it serves, or could not; a supervisor ends with its group. */
export async function start(): Promise<void> {
  // Compiling a schema costs more than it saves for the few files that are read with it.
  z.config({ jitless: true });
  let member: GroupMember | null = null;
  try {
    const config = processConfig();
    if (cluster.isPrimary) endWithNpm();
    const grouped = config.execution.processes > 1;
    if (grouped && cluster.isPrimary) {
      const { supervise } = await import('./supervise.js');
      // NOTE: not by exitCode: node:cluster may hold on to a port that nobody serves any more.
      process.exit(await supervise(config));
    } else {
      if (grouped) member = await GroupMember.join();
      // NOTE: imported here and not above, so that the supervisor does without Nest's application and TensorFlow.js.
      const { serve } = await import('./serve.js');
      await serve(config, member);
    }
  } catch (error) {
    const reason = explain(error);
    if (member === null) {
      process.stderr.write(`${reason}\n`);
      process.exitCode = 1;
    } else member.fail(reason);
  }
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const { code, message, port } = error as NodeJS.ErrnoException & { port?: number };
  // Files can be forbidden too.
  if (port === undefined) return `The service could not start: ${message}`;
  if (code === 'EADDRINUSE') return 'The port is in use: choose another with PORT=8081, or stop what listens there.';
  if (code === 'EACCES') return 'The port is not allowed for this user: choose one above 1023 with PORT.';
  return `The service could not start: ${message}`;
}
