/** Sections of options in oslo.config's grammar; a list repeats the key (MultiOpt). */
export type IniValue = string | number | boolean | readonly string[];
export type Ini = Readonly<Record<string, Readonly<Record<string, IniValue>>>>;

/** Later sections win, option by option. */
export function mergeIni(...parts: readonly Ini[]): Ini {
  const merged: Record<string, Record<string, IniValue>> = {};
  for (const part of parts) {
    for (const [section, options] of Object.entries(part)) merged[section] = { ...merged[section], ...options };
  }
  return merged;
}

/** The text of the file. @throws Error for a value with a line break, which the grammar would read as something else. */
export function iniText(ini: Ini): string {
  const lines = Object.entries(ini).flatMap(([section, options]) => [
    `[${section}]`,
    ...Object.entries(options).flatMap(([key, value]) => optionLines(key, value)),
    '',
  ]);
  return lines.join('\n');
}

function optionLines(key: string, value: IniValue): string[] {
  const values = typeof value === 'object' ? value : [String(value)];
  return values.map((each) => {
    if (/[\r\n]/.test(each)) throw new Error(`the value of ${key} must be one line`);
    return `${key} = ${each}`;
  });
}
