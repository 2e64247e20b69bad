import type { DiskKey } from '../../compute/ports/disks.js';
import type { ImageName } from '../images/reference.js';

/** Apart from images out of Glance, so that nobody takes one for the other. */
export const DISK_REPOSITORY = 'nova-disk';

/** What a disk that was taken is called on the engine. */
export function diskName({ instanceUuid, purpose }: DiskKey): ImageName {
  return { repository: `${DISK_REPOSITORY}/${instanceUuid}`, tag: purpose };
}

/** The disk that such a name means; undefined for another's. */
export function parseDiskName(reference: string): DiskKey | undefined {
  const [, instanceUuid, purpose] = /^nova-disk\/([0-9a-f-]{36}):([\w.-]+)$/.exec(reference) ?? [];
  return instanceUuid === undefined || purpose === undefined ? undefined : { instanceUuid, purpose };
}
