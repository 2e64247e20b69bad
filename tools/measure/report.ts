import { isReached, median, quantile, ratioOf, type Figure, type Values } from './figures.js';

/** All figures as a table for people: medians, with the quartiles in brackets. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.scenario,
    figure.what,
    `${spread(figure.ours)} ${figure.unit}`,
    figure.other === undefined ? '' : `${spread(figure.other.values)} ${figure.other.who}`,
    numberText(ratioOf(figure)),
    targetText(figure),
  ]);
  const lines = [['scenario', 'figure', 'ours', 'other', 'ratio', 'target'], ...rows];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The same for machines: every value of every round. */
export function jsonOf(figures: readonly Figure[], about: Readonly<Record<string, unknown>>): string {
  const rows = figures.map((figure) => ({ ...figure, ratio: ratioOf(figure), reached: isReached(figure) }));
  return `${JSON.stringify({ ...about, figures: rows }, null, 2)}\n`;
}

function spread(values: Values): string {
  if (values.length === 0) return '-';
  const middle = numberText(median(values));
  if (values.length < 3) return middle;
  return `${middle} [${numberText(quantile(values, 0.25))}..${numberText(quantile(values, 0.75))}]`;
}

function numberText(value: number | undefined): string {
  if (value === undefined) return '';
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function targetText(figure: Figure): string {
  const { target } = figure;
  if (target === undefined) return '';
  const reached = isReached(figure);
  const wish = `${target.at === 'most' ? '<=' : '>='} ${target.limit}${target.of === 'value' ? ` ${figure.unit}` : ''}`;
  return reached === undefined ? wish : `${wish} ${reached ? 'yes' : 'NO'}`;
}
