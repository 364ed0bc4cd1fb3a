import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

it('the container starts the service as npm start does', async () => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8'));
  const dockerfile = await readFile('docker/Dockerfile', 'utf8');
  const command = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)![1]!) as string[];
  expect(command.join(' ')).toBe(scripts.start);
});
