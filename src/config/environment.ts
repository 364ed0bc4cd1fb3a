/** The environment of this process. This file is the only reader of `process.env`, and imports nothing, for whoever starts. */
export function environment(): NodeJS.ProcessEnv {
  return process.env;
}

/** Takes the settings of `.env` in the folder where this process runs, if it is there; what is set already stays. */
export function readEnvironmentFile(): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** The environment of this process with `changes`, for a process that it starts. */
export function environmentWith(changes: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...changes };
}

/** Whether this process is a script of a package, such as `npm start`. */
export function startedByNpm(): boolean {
  return process.env.npm_lifecycle_event !== undefined;
}
