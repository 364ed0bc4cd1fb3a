import 'reflect-metadata';
import { startApp } from './app.setup.js';
import { ConfigError } from './config/load-config.js';
import { processConfig } from './config/process-config.js';
import { ModelRegistry } from './model/model-registry.js';
import { welcome } from './welcome.js';

try {
  const { app, url, loaded } = await startApp(processConfig());
  await loaded;
  process.stderr.write(welcome(url, app.get(ModelRegistry).slots()));
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'The port is in use: choose another with PORT=8081, or stop what listens there.';
  if (code === 'EACCES') return 'The port is not allowed for this user: choose one above 1023 with PORT.';
  return `The service could not start: ${message}`;
}
