// npm run soak -- --seconds 60: runs one file of this folder, for as long as it is told.
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';

/** Seconds of the whole run where nothing is said, which is what the README quotes. */
const SECONDS = { soak: 1_800, overload: 120, rolling: 420, slow: 180 } as const;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { seconds: { type: 'string' } } });
const [name = ''] = positionals;
if (!(name in SECONDS)) throw new Error(`Say which of ${Object.keys(SECONDS).join(', ')} to run.`);
const seconds = Number(values.seconds ?? SECONDS[name as keyof typeof SECONDS]);
if (!(seconds >= 10)) throw new Error('--seconds must be at least 10.');
process.env.LOAD_SECONDS = String(seconds);
const vitest = await startVitest([`test/load/${name}.load.ts`], {
  config: 'vitest.load.config.ts',
  watch: false,
});
await vitest.close();
