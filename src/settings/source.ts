/** Where a setting of an instance may stand. */
export const SOURCES = ['flavor', 'image', 'metadata'] as const;

/** A flavor is the operator's; image properties and server metadata are the tenant's. */
export type Source = (typeof SOURCES)[number];

/** Whose word goes first: the operator's, then that of the one server, then that of its image. */
export const PRECEDENCE: readonly Source[] = ['flavor', 'metadata', 'image'];

export function isTenants(source: Source): boolean {
  return source !== 'flavor';
}

/** The source as a sentence names it. */
export const SOURCE_WORDS: Readonly<Record<Source, string>> = {
  flavor: 'the flavor',
  image: 'the image',
  metadata: "the server's metadata",
};
