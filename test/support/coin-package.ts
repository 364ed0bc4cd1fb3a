import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../../src/core/signature.js';
import { decideBy } from '../../src/core/winners.js';
import { RowEncoder } from '../../src/encoding/row-encoder.js';
import type { Manifest, ManifestDecision } from '../../src/model/package/manifest.js';
import { writePackage } from '../../src/model/package/writer.js';
import { BACKENDS } from '../../src/runtime/backends/index.js';
import { Frame } from '../../src/training/datasets/frame.js';
import { distributionsOf, predictionDistribution } from '../../src/training/distributions.js';
import { denseNetwork } from '../../src/training/imported/dense-network.js';
import { category, number } from './signatures.js';

const SHIPPED = join(import.meta.dirname, '../../models/car-evaluation/2.0.0/manifest.json');

const CLASSES = ['no', 'yes'].map((label) => ({ label, title: label.toUpperCase() }));
const SIDES = ['heads', 'tails'];

/** The row for which a coin says "yes" with this probability. */
export const coin = (probability: number) => ({ odds: Math.log(probability / (1 - probability)) });

export const DECISION: ManifestDecision = { positive: 'yes', threshold: 0.2, criterion: 'balanced-accuracy' };

/**
 * A models folder with models of two classes whose probabilities are known: `coin` by its log-odds, 1.0.0 without a
 * decision and 2.0.0 with `DECISION`; and `side`, of two inputs and so worked out in advance: "yes" to tails at 0.25.
 */
export async function coinModels(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tensornest-coin-'));
  await writeCoin(folder, '1.0.0');
  await writeCoin(folder, '2.0.0', DECISION);
  const sides = Array.from({ length: 40 }, (_, at) => ({ side: SIDES[at % 2]! }));
  const kernel = [
    [0, -3],
    [0, Math.log(1 / 3)],
  ];
  await write(folder, { name: 'side', version: '1.0.0', decision: DECISION }, [category('side', SIDES)], sides, kernel);
  return folder;
}

/** @param decision as the manifest has it, however wrong. */
export async function writeCoin(folder: string, version: string, decision?: ManifestDecision): Promise<void> {
  const rows = Array.from({ length: 99 }, (_, at) => coin((at + 0.5) / 100));
  await write(folder, { name: 'coin', version, decision }, [number('odds')], rows, [[0, 1]]);
}

async function write(
  folder: string,
  { decision, ...named }: Pick<Manifest, 'name' | 'version'> & { decision?: ManifestDecision | undefined },
  features: readonly ReturnType<typeof category | typeof number>[],
  rows: readonly Row[],
  kernel: readonly (readonly number[])[],
): Promise<void> {
  await BACKENDS.wasm();
  const signature = { features, classes: CLASSES } as unknown as Manifest['signature'];
  const inputs = new RowEncoder(signature).encode(rows)!;
  const network = denseNetwork(named.name, [{ kernel, bias: [0, 0], activation: 'softmax' }] as never);
  const answers = network.predict(inputs);
  const { $schema: _, formatVersion: __, files: ___, ...contents } = JSON.parse(await readFile(SHIPPED, 'utf8'));
  const perClass = CLASSES.map(({ label }) => ({ label, precision: 1, recall: 1, f1: 1, support: 1 }));
  const identity = [
    [1, 0],
    [0, 1],
  ];
  const frame = Frame.of(Object.keys(rows[0]!), rows as never);
  const known = { rows: frame, inputs, labels: rows.map((row) => Number(Number(row.odds ?? 0) > 0)) };
  const decide = decideBy(CLASSES, decision);
  await writePackage(folder, {
    manifest: {
      ...contents,
      ...named,
      signature,
      ...(decision === undefined ? {} : { decision }),
      metrics: { heldOut: { ...contents.metrics.heldOut, perClass, confusionMatrix: identity } },
      distributions: {
        ...distributionsOf(known, signature),
        predictions: predictionDistribution(answers, rows.length, signature, decide),
      },
    },
    ...(await network.export()),
    golden: {
      records: rows.map((input, row) => ({
        input: input as Record<string, number>,
        probabilities: [answers[2 * row]!, answers[2 * row + 1]!],
      })),
    },
    card: '# Coin\n',
  });
  network.dispose();
}
