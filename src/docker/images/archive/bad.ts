/** The data are no image that can be run. The message says to the image's owner what is wrong and what to do. */
export class BadArchive extends Error {
  override readonly name = 'BadArchive';
}

/** A name out of an archive as it may be shown: quoted, without control characters, not endless. */
export function shown(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}
