const BEGIN = '# nova-compute-docker: for checkpoints of servers';
const END = '# nova-compute-docker: end';

/** The options file that runc hands to CRIU with these options in it, behind what others have written. */
export function withCriuOptions(text: string | undefined, options: readonly string[]): string {
  const others = withoutCriuOptions(text);
  const present = new Set(others.split('\n').map((line) => line.replace(/#.*/, '').trim()));
  const missing = options.filter((option) => !present.has(option));
  if (missing.length === 0) return others;
  const before = others === '' || others.endsWith('\n') ? others : `${others}\n`;
  return `${before}${[BEGIN, ...missing, END].join('\n')}\n`;
}

/** The same without ours; empty: there were no others. */
export function withoutCriuOptions(text = ''): string {
  const lines = text.split('\n');
  const [begin, end] = [lines.indexOf(BEGIN), lines.indexOf(END)];
  if (begin === -1 || end < begin) return text;
  return [...lines.slice(0, begin), ...lines.slice(end + 1)].join('\n');
}
