import type { PackageContents } from '../../model/package/writer.js';
import { featureCells, quality, trainingCells } from '../card.js';
import { markdownTable } from '../text-tables.js';

/** The model card of a model that was trained elsewhere, in Markdown. */
export function importedCard(model: PackageContents['manifest']): string {
  const { dataset } = model.training;
  const classes = model.signature.classes.map(({ label, title }) => [label, title]);
  const sections = [
    `# ${model.title} ${model.version}`,
    model.description,
    '## Limits',
    (model.limits ?? []).map((limit) => `- ${limit}`).join('\n'),
    '## Input and output',
    markdownTable(featureCells(model.signature.features), 'text'),
    'The answer is a probability for each class:',
    markdownTable([['class', 'title'], ...classes], 'text'),
    '## Quality',
    ...quality(model),
    '## Origin',
    `${dataText(dataset)}The model itself is licensed under ${model.licence}.`,
    'The date is that of the import.',
    markdownTable(trainingCells(model), 'text'),
  ];
  return sections.join('\n\n') + '\n';
}

function dataText(dataset: PackageContents['manifest']['training']['dataset']): string {
  if (dataset === undefined) return '';
  const { rows, source, sha256 } = dataset;
  return `Judged on ${rows} rows. ${source} SHA-256 of the rows as CSV: \`${sha256}\`. `;
}
