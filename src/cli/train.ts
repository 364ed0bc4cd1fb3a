#!/usr/bin/env node
import { barProgress } from './bar-progress.js';
import { lineProgress } from './line-progress.js';
import { train } from './train-command.js';

const err = (text: string) => void process.stderr.write(text);

// Results go to standard output and progress to standard error, so that results can be kept without it.
process.exitCode = await train(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err,
  progress: process.stderr.isTTY ? barProgress(process.stderr) : lineProgress(err),
});
