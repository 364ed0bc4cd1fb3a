import type { LiveClass } from '../live-types.js';

interface ClassTableProps {
  readonly perClass: readonly LiveClass[];
  readonly caption: string;
}

/** How well each class is recognised. */
export function ClassTable({ perClass, caption }: ClassTableProps) {
  return (
    <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {['class', 'precision', 'recall', 'F1', 'rows'].map((head) => (
              <th key={head} scope="col" class={head === 'class' ? '' : 'figure'}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {perClass.map(({ label, precision, recall, f1, support }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td class="figure">{precision?.toFixed(3) ?? '–'}</td>
              <td class="figure">{recall?.toFixed(3) ?? '–'}</td>
              <td class="figure">{f1?.toFixed(3) ?? '–'}</td>
              <td class="figure">{support}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
