import { connect, type Socket } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { ONE_ROW, send } from '../support/exchange.js';
import { ServiceProcess } from '../support/service-process.js';

let service: ServiceProcess;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  service.signal('SIGKILL');
  await service.exit();
});

it('a service that has no file descriptors left for connections lives on, and answers when some are free again', async () => {
  service = new ServiceProcess({}, { files: 64 });
  const url = await service.url();
  const { port } = new URL(url);
  sockets = Array.from({ length: 200 }, () => connect(Number(port), '127.0.0.1').on('error', () => undefined));
  // Some were let in, and the others were not.
  await vi.waitFor(
    () => {
      expect(sockets.filter(({ closed }) => closed).length).toBeGreaterThan(100);
    },
    { timeout: 10_000 },
  );
  for (const socket of sockets) socket.destroy();
  await vi.waitFor(async () => {
    expect((await send(`${url}/health/live`).answer).status).toBe(200);
  });
  expect((await send(`${url}/api/v1/predict`, { body: ONE_ROW }).answer).status).toBe(200);
  service.signal('SIGTERM');
  expect(await service.exit()).toBe(0);
});
