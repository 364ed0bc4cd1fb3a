interface MatrixProps {
  readonly labels: readonly string[];
  readonly matrix: readonly (readonly number[])[];
  readonly caption: string;
}

/** A confusion matrix: true classes down, predicted ones across. */
export function Matrix({ labels, matrix, caption }: MatrixProps) {
  return (
    <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
      <table class="matrix">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">true \ predicted</th>
            {labels.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.map((counts, at) => {
            const total = counts.reduce((sum, count) => sum + count, 0) || 1;
            return (
              <tr key={labels[at]}>
                <th scope="row">{labels[at]}</th>
                {counts.map((count, to) => (
                  <td
                    key={labels[to]}
                    class={`${at === to ? 'right' : 'wrong'} level-${Math.ceil((4 * count) / total)}`}
                  >
                    {count}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
