// The fallback load generator, in a process of its own so that it cannot delay the benchmark's health probes.
// Arguments: url, folder of numbered bodies, how many there are, connections, seconds.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import autocannon from 'autocannon';

const [url, folder, count, connections, seconds] = process.argv.slice(2);
const requests = Array.from({ length: Number(count) }, (_, index) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: readFileSync(join(folder, `${index + 1}.json`)),
}));
const result = await autocannon({ url, connections: Number(connections), duration: Number(seconds), requests });
const figures = {
  requests: result.requests.total,
  seconds: result.duration,
  p50Ms: result.latency.p50,
  p99Ms: result.latency.p99,
  refused: result.non2xx,
  broken: result.errors,
};
process.stdout.write(`\nBENCH ${JSON.stringify(figures)}\n`);
