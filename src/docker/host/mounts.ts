/** A mount, as far as it is asked about. */
export interface Mount {
  readonly point: string;
  readonly type: string;
  readonly source: string;
  /** Of the file system, not of this mount of it. */
  readonly options: readonly string[];
}

/** The mount that a folder is on, out of /proc/self/mountinfo (proc(5)). Pure. */
export function mountOf(mountinfo: string, folder: string): Mount | undefined {
  const holds = ({ point }: Mount): boolean => point === '/' || folder === point || folder.startsWith(`${point}/`);
  // Of several mounts at one place the last one counts.
  return mountinfo
    .split('\n')
    .flatMap(readMount)
    .filter(holds)
    .toReversed()
    .toSorted((a, b) => b.point.length - a.point.length)[0];
}

/** Fields, a hyphen, type, source, options. */
function readMount(line: string): readonly Mount[] {
  const [before = '', after = ''] = line.split(' - ');
  const point = before.split(' ')[4];
  const [type = '', source, options = ''] = after.split(' ');
  if (point === undefined || source === undefined) return [];
  return [{ point: plain(point), type, source: plain(source), options: options.split(',') }];
}

/** Spaces and their like are written in octal. */
function plain(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_all, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
