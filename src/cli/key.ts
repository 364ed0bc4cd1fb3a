#!/usr/bin/env node
import { keyCommand } from './key-command.js';
import { processTerminal } from './process-terminal.js';

process.exitCode = await keyCommand(process.argv.slice(2), processTerminal());
