import { ServiceError } from '../../errors/kinds.js';

/** The name of the last entry; no file of CRIU's begins with a dot. */
export const MANIFEST = '.whole';

/** What came before it. */
export interface Manifest {
  readonly files: number;
  readonly bytes: number;
}

export function manifestText({ files, bytes }: Manifest): Buffer {
  return Buffer.from(JSON.stringify({ files, bytes }));
}

/** Throws Invalid for any other text than that of just these. */
export function checkManifest(text: Buffer, seen: Manifest): void {
  if (!text.equals(manifestText(seen))) throw cutOff();
}

export function cutOff(): ServiceError {
  return new ServiceError('Invalid', 'The checkpoint of the other host did not come whole.');
}
