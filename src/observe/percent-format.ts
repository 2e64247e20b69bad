/** Python's `%(name)s` formats, in which nova.conf describes log lines. */
export type PercentFormat = (values: Readonly<Record<string, string | number | undefined>>) => string;

const field = /%(?:%|\((\w+)\)([-0]*)(\d*)([a-z]))/g;

/**
 * Compiles a format such as `%(asctime)s.%(msecs)03d %(message)s`. Only what log formats use: s and d, with a width
 * that is padded with spaces or zeros.
 *
 * @param missing what stands for a value that is not there or empty
 */
export function percentFormat(template: string, missing = ''): PercentFormat {
  return (values) =>
    template.replace(field, (whole: string, name: string | undefined, flags: string, width: string) => {
      if (name === undefined) return '%';
      const value = values[name];
      const text = value === undefined || value === '' ? missing : String(value);
      return flags.includes('-')
        ? text.padEnd(Number(width))
        : text.padStart(Number(width), flags.includes('0') ? '0' : ' ');
    });
}

const two = (value: number): string => String(value).padStart(2, '0');

const dateFields: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getFullYear()),
  y: (date) => two(date.getFullYear() % 100),
  m: (date) => two(date.getMonth() + 1),
  d: (date) => two(date.getDate()),
  H: (date) => two(date.getHours()),
  M: (date) => two(date.getMinutes()),
  S: (date) => two(date.getSeconds()),
  f: (date) => `${String(date.getMilliseconds()).padStart(3, '0')}000`,
  F: (date) => formatDate('%Y-%m-%d', date),
  T: (date) => formatDate('%H:%M:%S', date),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  b: (date) => date.toLocaleString('en', { month: 'short' }),
  a: (date) => date.toLocaleString('en', { weekday: 'short' }),
  z: (date) => zone(-date.getTimezoneOffset()),
  '%': () => '%',
};

/** A date in local time by a strftime(3) format; letters that are not known stay as they are. */
export function formatDate(template: string, date: Date): string {
  return template.replace(/%([A-Za-z%])/g, (whole: string, letter: string) => dateFields[letter]?.(date) ?? whole);
}

function zone(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
}
