import { BadValue, type ValueType } from './value-type.js';

const HIGHEST = 65_535;

/** `first:end` of TCP ports; the end is not in it (nova/console/serial.py _get_port_range, release 26). */
export function portRange(): ValueType<readonly [number, number]> {
  return {
    name: 'string value',
    limits: [],
    format: ([first, end]) => `${first}:${end}`,
    parse(text) {
      const [, first = '', end = ''] = /^(\d{1,5}):(\d{1,5})$/.exec(text) ?? [];
      if (first === '') throw new BadValue('expected FIRST:END, two ports');
      if (Number(first) < 1 || Number(end) > HIGHEST + 1 || Number(first) >= Number(end)) {
        throw new BadValue(`expected ports from 1 to ${HIGHEST}, the first one smaller`);
      }
      return [Number(first), Number(end)];
    },
  };
}
