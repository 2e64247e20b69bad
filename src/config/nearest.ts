/**
 * The name that was probably meant: one that differs only in case, in `-` for `_`, or in a slip or two (a letter too
 * many, too few, another one, two swapped; one slip in a short name). Undefined if none comes close.
 */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  const wanted = folded(written);
  let nearest: string | undefined;
  let fewest = wanted.length <= 5 ? 1 : 2;
  for (const name of names) {
    const slips = distance(wanted, folded(name), fewest);
    if (slips > fewest || (nearest !== undefined && slips === fewest)) continue;
    nearest = name;
    fewest = slips;
  }
  return nearest;
}

function folded(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}

/** Damerau's distance (optimal string alignment); anything above `limit` may be reported as more than it is. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      current.push(cell({ a, b, row, column }, { before, above, current }));
    }
    before = above;
    above = current;
  }
  return above[b.length] ?? limit + 1;
}

interface Position {
  readonly a: string;
  readonly b: string;
  readonly row: number;
  readonly column: number;
}

interface Rows {
  readonly before: readonly number[];
  readonly above: readonly number[];
  readonly current: readonly number[];
}

function cell({ a, b, row, column }: Position, { before, above, current }: Rows): number {
  const at = (values: readonly number[], index: number) => values[index] ?? Infinity;
  const same = a[row - 1] === b[column - 1];
  const best = Math.min(at(above, column) + 1, at(current, column - 1) + 1, at(above, column - 1) + (same ? 0 : 1));
  const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
  return swapped ? Math.min(best, at(before, column - 2) + 1) : best;
}
