#!/usr/bin/env node
import { auditCommand } from './audit-command.js';
import { processTerminal } from './process-terminal.js';

process.exitCode = await auditCommand(process.argv.slice(2), processTerminal());
