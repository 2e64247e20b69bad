/** Values of one kind, one for each round, in the order of the rounds. */
export type Values = readonly number[];

/** The value below which that share (0..1) of the values lies, interpolated. @throws RangeError for no values */
export function quantile(values: Values, share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  if (low === undefined || high === undefined) throw new RangeError('no values');
  return low + (high - low) * (position - Math.floor(position));
}

export function median(values: Values): number {
  return quantile(values, 0.5);
}

/** What a measurement must reach: `ratio` is ours divided by the other's, `value` is ours alone. */
export interface Target {
  readonly of: 'ratio' | 'value';
  readonly at: 'most' | 'least';
  readonly limit: number;
}

/** One line of the table: the same thing measured with us and with somebody else, in alternating rounds of one run. */
export interface Figure {
  readonly scenario: string;
  readonly what: string;
  readonly unit: string;
  readonly ours: Values;
  /** Who the other is, e.g. `nova-compute`. Without one our values stand alone. */
  readonly other?: { readonly who: string; readonly values: Values };
  readonly target?: Target;
}

/** Ours divided by the other's, of the medians. Undefined without an other, or when that is 0. */
export function ratioOf(figure: Figure): number | undefined {
  const { other } = figure;
  if (other === undefined || other.values.length === 0 || figure.ours.length === 0) return undefined;
  const theirs = median(other.values);
  return theirs === 0 ? undefined : median(figure.ours) / theirs;
}

/** Whether the target is reached. Undefined where there is none. */
export function isReached(figure: Figure): boolean | undefined {
  const { target } = figure;
  if (target === undefined || figure.ours.length === 0) return undefined;
  const value = target.of === 'ratio' ? ratioOf(figure) : median(figure.ours);
  if (value === undefined) return undefined;
  return target.at === 'most' ? value <= target.limit : value >= target.limit;
}
