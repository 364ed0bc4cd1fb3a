import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const GROUP = join(import.meta.dirname, '../../test/support/late-channel.ts');

it('hears its process to the end, also when the channel outlives it', async () => {
  await expect(promisify(execFile)(process.execPath, [GROUP])).resolves.toMatchObject({ stderr: '' });
});
