import { BadValue, type ValueType } from './value-type.js';

const factors: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** A number of bytes, written with k, m, g or t (powers of 1024) if one likes: `10m`. */
export function byteSize(range: { readonly min: number }): ValueType<number> {
  return {
    name: 'size value',
    limits: ['A number of bytes, or with k, m, g or t at its end', `Minimum value: ${range.min}`],
    parse(text) {
      const [, digits, unit = ''] = /^(\d+)([kmgt]?)$/i.exec(text) ?? [];
      const bytes = Number(digits) * (factors[unit.toLowerCase()] ?? NaN);
      if (!Number.isSafeInteger(bytes)) throw new BadValue('expected a number of bytes, perhaps with k, m, g or t');
      if (bytes < range.min) throw new BadValue(`expected at least ${range.min} bytes`);
      return bytes;
    },
    format(bytes) {
      const unit = ['t', 'g', 'm', 'k'].find((each) => bytes > 0 && bytes % (factors[each] ?? NaN) === 0) ?? '';
      return `${bytes / (factors[unit] ?? 1)}${unit}`;
    },
  };
}
