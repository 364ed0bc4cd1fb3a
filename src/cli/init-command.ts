import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { rcompare } from 'semver';
import { reasonOf } from '../core/errors.js';
import { EXIT, type ExitCode, UsageError } from './exit.js';
import { newFiles, type Plan } from './init/files.js';
import { type Tarball, tarballOf } from './init/tarball.js';
import type { Terminal } from './terminal.js';

const PACKAGE = join(import.meta.dirname, '../..');
const SHIPPED = join(PACKAGE, 'models');

/** As npm has it, without scopes: https://docs.npmjs.com/cli/configuring-npm/package-json#name */
const NAME = /^[a-z0-9][a-z0-9._-]{0,213}$/;
/** What npm keeps for itself, and a package that would depend on itself. */
const TAKEN = new Set(['node_modules', 'favicon.ico', 'tensornest']);

interface Options {
  readonly model: string;
  readonly tensornest?: string;
}

/** `init <folder>`: makes a folder that is a service of one's own, with a model in it. */
export async function initCommand(
  words: readonly string[],
  terminal: Pick<Terminal, 'out' | 'err'>,
): Promise<ExitCode> {
  const out = (text: string) => {
    terminal.out(text);
  };
  const err = (text: string) => {
    terminal.err(text);
  };
  const models = await shippedModels();
  const command = new Command('init')
    .description('Makes a folder that is a service of your own: a model, settings, a Dockerfile, a README.')
    .argument('<folder>', 'what does not exist yet, or is empty; its name is the name of the service')
    .addOption(new Option('--model <name>', 'the model to begin with').choices(models).default(models[0]))
    .option('--tensornest <spec>', 'what to install: a range, or a tarball, which is copied; this version when absent')
    .addHelpText('after', '\nExample:\n  npx tensornest init my-service && cd my-service && npm install && npm start\n')
    .configureOutput({ writeOut: out, writeErr: err })
    .exitOverride();
  try {
    command.parse([...words], { from: 'user' });
    const [folder] = command.processedArgs as [string];
    const { model, tensornest } = command.opts<Options>();
    const target = resolve(folder);
    const name = nameOf(target);
    const tarball = tensornest === undefined ? undefined : await tarballOf(tensornest);
    await make(target, await planOf(name, model, tensornest, tarball?.name), tarball);
    const where = relative('', target);
    out(`${name} is made. Next:\n\n${where === '' ? '' : `  cd ${where}\n`}  npm install\n  npm start\n`);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    err(`error: ${reasonOf(error)}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failure;
  }
}

async function shippedModels(): Promise<string[]> {
  const entries = await readdir(SHIPPED, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

function nameOf(target: string): string {
  const name = basename(target);
  if (NAME.test(name) && !TAKEN.has(name)) return name;
  const rule = 'lower-case letters, digits, ".", "_" or "-", a letter or digit first';
  throw new UsageError(`${JSON.stringify(name)} is no name for a package: take ${rule}, such as my-service.`);
}

async function planOf(name: string, model: string, spec?: string, tarball?: string): Promise<Plan> {
  const { version } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as { version: string };
  const [newest] = (await readdir(join(SHIPPED, model))).filter((entry) => /^\d/.test(entry)).sort(rcompare);
  const { signature } = JSON.parse(await readFile(join(SHIPPED, model, newest!, 'manifest.json'), 'utf8')) as {
    readonly signature: { readonly features: readonly { readonly name: string; readonly example: unknown }[] };
  };
  const example = Object.fromEntries(signature.features.map((feature) => [feature.name, feature.example]));
  const shipped = { name: model, version: newest!, example };
  return tarball === undefined
    ? { name, tensornest: spec ?? `^${version}`, model: shipped }
    : { name, tensornest: `file:${tarball}`, tarball, model: shipped };
}

/** Makes all of it or, where that fails, leaves nothing of it behind. */
async function make(target: string, plan: Plan, tarball?: Tarball): Promise<void> {
  const isNew = await claim(target);
  try {
    for (const [file, text] of Object.entries(newFiles(plan)))
      await writeFile(join(target, file), text, { flag: 'wx' });
    const { name, version } = plan.model;
    await cp(join(SHIPPED, name, version), join(target, 'models', name, version), { recursive: true });
    if (tarball !== undefined) await cp(tarball.path, join(target, tarball.name));
  } catch (error) {
    const made = isNew ? [target] : (await readdir(target)).map((entry) => join(target, entry));
    for (const path of made) await rm(path, { recursive: true });
    throw new Error(writeFault(target, error), { cause: error });
  }
}

/** Makes the folder, or sees that it is empty; says whether it is new. */
async function claim(target: string): Promise<boolean> {
  try {
    // NOTE: not recursive, which never ends in Node where a file system says ENOENT of a folder that is there, as /proc does.
    await mkdir(target);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new Error(writeFault(target, error), { cause: error });
  }
  const [first] = await readdir(target).catch((error: unknown) => {
    throw new Error(writeFault(target, error), { cause: error });
  });
  if (first === undefined) return false;
  throw new UsageError(`${target} is not empty (${first} is in it): choose another folder. Nothing was written.`);
}

function writeFault(target: string, error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'you may not write there',
    EPERM: 'you may not write there',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'it, or a part of its path, is a file',
    ENOENT: 'there is no folder to make it in',
    ENOSPC: 'the disk is full',
  };
  return `${target} cannot be made: ${reasons[code ?? ''] ?? reasonOf(error)}.`;
}
