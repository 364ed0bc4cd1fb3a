// Imported before a program: tells on standard error, once it has ended, of which packages it read files.
import { registerHooks } from 'node:module';

const packages = new Set<string>();
registerHooks({
  load(url, context, next) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
    if (name !== undefined) packages.add(name);
    return next(url, context);
  },
});
process.on('exit', () => {
  process.stderr.write(`packages: ${JSON.stringify([...packages].sort())}\n`);
});
