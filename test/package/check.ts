import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { type Packed, packProject } from './tarball.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');
const MEBIBYTE = 1_048_576;

/** The most that the package may be; a step beyond is to be taken on purpose. */
const LIMITS = { size: 2.5 * MEBIBYTE, unpackedSize: 10 * MEBIBYTE };

const NEEDED = [
  'LICENSE',
  'README.md',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/main.js',
  'dist/service/main.js',
  'dist/service/worker-main.js',
  'dist/service/store/store-main.js',
  'dist/service/THIRD-PARTY-LICENSES.txt',
  'dist/cli/tensornest.js',
  'dist/playground/index.html',
  'dist/prediction/protocols/open-inference-grpc/open_inference.proto',
  'models/car-evaluation/2.0.0/manifest.json',
  'models/manifest.schema.json',
];
const UNWANTED =
  /(\.spec\.|\.map$|^src\/|^test\/|^dist\/client\/|^dist\/service\/compiled\/|^docker\/|(^|\/)\.|keys.*\.json$|\.pem$|\.jsonl$)/;

type Check = (packed: Packed) => Promise<readonly string[]> | readonly string[];

/** Each resolves to what is wrong. */
const CHECKS: Readonly<Record<string, Check>> = {
  'holds what is needed': ({ files }) => NEEDED.filter((file) => !files.includes(file)),
  'holds nothing else': ({ files }) => files.filter((file) => UNWANTED.test(file)),
  'keeps to its size': ({ size, unpackedSize }) =>
    Object.entries({ size, unpackedSize })
      .filter(([name, bytes]) => bytes > LIMITS[name as keyof typeof LIMITS])
      .map(([name, bytes]) => `${name} is ${bytes} bytes, more than ${LIMITS[name as keyof typeof LIMITS]}`),
  'is sound to publint': async ({ path }) => {
    const { buffer: tarball } = new Uint8Array(await readFile(path));
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    return messages.map((message) => formatMessage(message, pkg) ?? message.code);
  },
  'resolves with its types (attw)': async ({ path }) => {
    try {
      await run(process.execPath, [
        resolve(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js'),
        path,
        '--profile',
        'esm-only',
        '--no-emoji',
      ]);
      return [];
    } catch (error) {
      return [(error as { readonly stdout: string }).stdout];
    }
  },
};

const [word] = process.argv.slice(2);
if (word !== undefined) {
  console.error(`package:check takes no options: what is ${JSON.stringify(word)}?`);
  process.exit(2);
}
const packed = await packProject();
let failed = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  const faults = await check(packed);
  if (faults.length > 0) failed += 1;
  console.log(`${faults.length === 0 ? 'passed' : 'FAILED'}  the package ${name}`);
  for (const fault of faults) console.log(`        ${fault}`);
}
await rm(dirname(packed.path), { recursive: true });
const total = Object.keys(CHECKS).length;
console.log(`${packed.files.length} files, ${packed.size} bytes packed, ${packed.unpackedSize} unpacked`);
console.log(`${total - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
