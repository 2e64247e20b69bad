import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { HostConfig } from '../engine/wire.js';
import { notOnThisHost, type SpecHost } from './host.js';

/** Where a container has its ephemeral disks, by their numbers. */
export function ephemeralPath(index: number): string {
  return `/ephemeral${index}`;
}

/**
 * The flavor's ephemeral disks: volumes without a name, which go with the container. As mounts and not among its
 * configuration's Volumes, since an image that is made of it would have those, too. A blank one is empty, whatever the
 * image has at its place; one that is carried gets what the image has there. The engine bounds no volume, so what is done
 * about that is the operator's choice, as with root disks.
 */
export function ephemeralMounts(
  { instance: { flavor }, ephemeralDisks }: ContainerPlan,
  host: SpecHost,
): NonNullable<HostConfig['Mounts']> {
  if (ephemeralDisks.length > 0 && host.settings.unlimitedRootDisk === 'refuse') {
    throw notOnThisHost(
      `its ephemeral disks have ${flavor.ephemeralGb} GB and the engine here can't hold volumes to that`,
    );
  }
  return ephemeralDisks.map((contents, index) => ({
    ...{ Type: 'volume', Target: ephemeralPath(index), Source: '', ReadOnly: false },
    VolumeOptions: { NoCopy: contents === 'blank', Labels: {}, DriverConfig: { Name: 'local', Options: {} } },
  }));
}
