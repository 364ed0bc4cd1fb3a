#!/usr/bin/env node
import { processTerminal } from './process-terminal.js';
import { train } from './train-command.js';

process.exitCode = await train(process.argv.slice(2), processTerminal());
