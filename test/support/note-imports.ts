// Imported before a program: tells on standard error, once it has ended, of which packages it read files, and of which the
// bundled files that it read hold some.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const packages = new Set<string>();
const bundled = new Set<string>();
registerHooks({
  load(url, context, next) {
    const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
    if (name !== undefined) packages.add(name);
    else if (/\/dist\/service\/[^/]*\.js$/.test(url)) {
      const source = readFileSync(fileURLToPath(url), 'utf8');
      for (const [, held] of source.matchAll(/^\s*\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)/gm)) bundled.add(held!);
    }
    return next(url, context);
  },
});
process.on('exit', () => {
  process.stderr.write(`packages: ${JSON.stringify([...packages].sort())}\n`);
  process.stderr.write(`bundled: ${JSON.stringify([...bundled].sort())}\n`);
});
