import type { DiskKey } from '../../compute/ports/disks.js';
import { ServiceError } from '../../errors/kinds.js';
import type { ImageName } from '../images/reference.js';

/** Apart from images out of Glance, so that nobody takes one for the other. */
export const DISK_REPOSITORY = 'nova-disk';

/** What the engine takes as a tag; it names a file, too. */
const PURPOSE = /^\w[\w.-]{0,127}$/;

/** What a disk that was taken is called on the engine. Throws Invalid for a purpose that cannot name anything. */
export function diskName({ instanceUuid, purpose }: DiskKey): ImageName {
  if (!PURPOSE.test(purpose))
    throw new ServiceError('Invalid', `"${purpose.slice(0, 128)}" cannot be the id of an image.`);
  return { repository: `${DISK_REPOSITORY}/${instanceUuid}`, tag: purpose };
}

/** The disk that such a name means; undefined for another's. */
export function parseDiskName(reference: string): DiskKey | undefined {
  const [, instanceUuid, purpose] = /^nova-disk\/([0-9a-f-]{36}):([\w.-]+)$/.exec(reference) ?? [];
  return instanceUuid === undefined || purpose === undefined ? undefined : { instanceUuid, purpose };
}
