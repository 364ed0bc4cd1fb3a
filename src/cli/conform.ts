import { conformCommand } from './conform-command.js';

process.exitCode = await conformCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
