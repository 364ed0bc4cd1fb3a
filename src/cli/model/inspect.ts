import { countInputs } from '../../encoding/finite-inputs.js';
import type { Manifest } from '../../model/package/manifest.js';
import type { PackageManifest } from '../../model/package/package-manifest.js';
import { decisionSentence, tradeOffCells } from '../../training/evaluation-tables.js';
import { resultText } from '../../training/report.js';
import { textTable } from '../../training/text-tables.js';
import { EXIT } from '../exit.js';
import { type ModelCommand, PACKAGE_ARGUMENT } from './command.js';
import { openPackage } from './find-package.js';
import { isSigned } from './package-facts.js';
import { classesText, featuresText, functionsText } from './signature-text.js';
import { bytesText } from './texts.js';

/** What is known of a package, all of whose bytes are as its manifest says. */
interface Inspection {
  readonly folder: string;
  readonly digest: string;
  /** There is a signature; only `verify` says whose. */
  readonly signed: boolean;
  /** Different rows that a classifier's signature allows; null when there is no end of them. */
  readonly inputs: number | null;
  readonly manifest: PackageManifest;
}

export const inspect: ModelCommand = {
  name: 'inspect',
  examples: ['inspect car-evaluation', 'inspect car-evaluation@2.0.0 --json', 'inspect ./models/penguins/1.0.0'],
  build: (command, run) =>
    command
      .description('Shows a package: signature, metrics, training, files. Ends with 4 when it is damaged.')
      .argument('<package>', PACKAGE_ARGUMENT)
      .action(
        run(async ({ config }, text: string) => {
          const { folder, found } = await openPackage(text, config);
          const { manifest, digest } = found;
          const signed = await isSigned(folder);
          const inputs = manifest.task === 'classification' ? countInputs(manifest.signature) : null;
          const inspection = { folder, digest, signed, inputs, manifest };
          return { code: EXIT.ok, json: inspection, text: asText(inspection) };
        }),
      ),
};

function asText(inspection: Inspection): string {
  const { manifest } = inspection;
  return [
    `${manifest.name} ${manifest.version}: ${manifest.title}`,
    manifest.description,
    aboutText(inspection),
    ...(manifest.task === 'classification' ? classifierTexts(manifest) : [functionsText(manifest.signature)]),
    textTable([
      ['file', 'size', 'sha256'],
      ...manifest.files.map((file) => [file.path, bytesText(file.bytes), file.sha256]),
    ]),
  ].join('\n\n');
}

const NOT_MEASURED = 'Not measured: the model came without data. `model evaluate` measures it on a table.';

function classifierTexts({ signature, metrics, decision }: Manifest): string[] {
  const { heldOut } = metrics;
  return [
    featuresText(signature),
    classesText(signature),
    ...(decision === undefined ? [] : [decisionSentence(decision, signature.classes)]),
    heldOut === undefined ? NOT_MEASURED : resultText({ ...metrics, heldOut }).trimEnd(),
    ...(heldOut?.tradeOff === undefined || decision === undefined
      ? []
      : [textTable(tradeOffCells(heldOut.tradeOff, decision.threshold))]),
  ];
}

function aboutText({ folder, digest, signed, inputs, manifest }: Inspection): string {
  const { licence, runtime } = manifest;
  const facts = [
    ['folder', folder],
    ['digest', digest],
    ['signed', signed ? 'yes (verify says by whom)' : 'no'],
    ['licence', licence],
    ['format', `${runtime.format}, for ${runtime.backends.join(', ')}`],
    ['inputs', inputs === null ? 'without end' : `${inputs} different ones`],
    ...(manifest.task === 'classification' ? trainingFacts(manifest) : []),
  ];
  return facts.map(([name, value]) => `${name!.padEnd(8)} ${value}`).join('\n');
}

function trainingFacts({ training }: Manifest): string[][] {
  const { dataset, seed, framework } = training;
  const seeds = seed === undefined ? [] : [`seed ${seed}`];
  const backend = framework.backend === undefined ? '' : ` (${framework.backend})`;
  return [
    ['trained', [training.date, ...seeds, `${framework.name} ${framework.version}${backend}`].join(', ')],
    ['data', dataset === undefined ? 'none' : `${dataset.name}, ${dataset.rows} rows, ${dataset.licence}`],
  ];
}
