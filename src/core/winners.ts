/** The index of the largest number in each row of a [rows, classes] table; the first one on a tie. */
export function winnersOf(table: Float32Array, rows: number): Int32Array {
  const width = table.length / rows;
  const winners = new Int32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const start = row * width;
    let best = 0;
    for (let column = 1; column < width; column += 1) {
      if (table[start + column]! > table[start + best]!) best = column;
    }
    winners[row] = best;
  }
  return winners;
}
