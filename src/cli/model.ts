#!/usr/bin/env node
import 'reflect-metadata';
import { processConfig } from '../config/process-config.js';
import { model } from './model-command.js';
import { processTerminal } from './process-terminal.js';

process.exitCode = await model(process.argv.slice(2), {
  terminal: processTerminal(),
  streams: process,
  readConfig: processConfig,
});
