#!/usr/bin/env node
import 'reflect-metadata';
import { clientCommand } from './client-command.js';
import { processTerminal } from './process-terminal.js';

process.exitCode = await clientCommand(process.argv.slice(2), processTerminal());
