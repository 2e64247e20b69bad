/** How a version of an object stands to ours. The third component never matters (additive by upstream's rule). */
export type Standing = 'same-or-older' | 'newer' | 'incompatible';

function parts(version: string): readonly [number, number] {
  const [major, minor] = version.split('.').map(Number);
  return [major ?? 0, minor ?? 0];
}

export function standingOf(version: string, ours: string): Standing {
  const [major, minor] = parts(version);
  const [ourMajor, ourMinor] = parts(ours);
  if (major !== ourMajor) return 'incompatible';
  return minor > ourMinor ? 'newer' : 'same-or-older';
}
