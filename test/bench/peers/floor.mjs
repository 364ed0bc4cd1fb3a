// The least that an HTTP service can do: read the body, parse it, write one string of our reply's size.
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';
import process from 'node:process';
import { setImmediate } from 'node:timers';

const bytesByRows = JSON.parse(process.env.REPLY_BYTES);
const deferred = process.env.DEFERRED === '1';
const replies = new Map(
  Object.entries(bytesByRows).map(([rows, bytes]) => [
    Number(rows),
    { body: 'x'.repeat(bytes), headers: { 'Content-Type': 'application/json', 'Content-Length': bytes } },
  ]),
);

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end('ok');
    return;
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const text = chunks.length === 1 ? chunks[0].toString() : Buffer.concat(chunks).toString();
    const { body, headers } = replies.get(JSON.parse(text).inputs.length);
    const reply = () => response.writeHead(200, headers).end(body);
    if (deferred) setImmediate(reply);
    else reply();
  });
});
server.listen(Number(process.env.PORT), '127.0.0.1');
