import { metric } from '../../training/evaluation-tables.js';
import { textTable } from '../../training/text-tables.js';
import type { Replay, Told } from './replay-log.js';

/** What replaying came to, for people. */
export function replayText(replay: Replay, allow: number): string {
  const { model, rows, changed, share, pairs, examples } = replay;
  const verdict = share <= allow ? 'Within' : 'More than';
  return (
    [
      `${model.name} ${model.version}: ${changed} of ${rows} recorded decisions change (${metric(share)}). ${verdict} what is allowed (${allow}).`,
      probabilityText(replay),
      ...(pairs.length === 0
        ? []
        : [
            textTable([
              ['recorded', 'now', 'rows'],
              ...pairs.map(({ from, to, rows: count }) => [from, to, String(count)]),
            ]),
          ]),
      ...(examples.length === 0
        ? []
        : [
            [
              examples.length < changed ? `The first ${examples.length} of them:` : 'They are:',
              ...examples.map(
                ({ id, place, input, recorded, now, probability }) =>
                  `${id} (${place})  ${JSON.stringify(input)}  ${recorded} -> ${now} ${metric(probability)}`,
              ),
            ].join('\n'),
          ]),
      leftOutText(replay),
    ]
      .filter((text) => text !== '')
      .join('\n\n') + '\n'
  );
}

function probabilityText({ largestChange, notReproduced, unknownVersions }: Replay): string {
  const lines = [
    largestChange === null
      ? 'Changes of probabilities are not known.'
      : `Largest change of a probability to the version that answered: ${metric(largestChange)}.`,
    ...unknownVersions.map(
      ({ version, digest, rows, reason }) =>
        `${rows} rows were answered by ${version} (${digest.slice(0, 19)}): ${reason}.`,
    ),
  ];
  if (notReproduced > 0) {
    lines.push(`${notReproduced} rows have a recorded class that the version which answered does not give today.`);
  }
  return lines.join('\n');
}

/** Everything that was read and not replayed, so that nobody takes silence for agreement. */
function leftOutText({ lines, skipped, refused, refusedRows, damagedLines }: Replay): string {
  const counts: readonly (readonly [number, string])[] = [
    [skipped, 'rows skipped: a feature is covered in the log'],
    [refused, 'rows refused by the signature'],
    [lines.otherModels, 'lines of other models'],
    [lines.tensorCalls, 'lines of models that take tensors'],
    [lines.unpaired, 'lines without the other half of their pair'],
    [lines.gaps, 'lines that tell of lost ones'],
    [lines.foreign, 'lines that are no audit events'],
    [lines.damaged, 'damaged lines'],
  ];
  const told = ({ place, reason }: Told) => `${place} ${reason}`;
  return [
    ...counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`),
    ...refusedRows.map(told),
    ...damagedLines.map(told),
  ].join('\n');
}
