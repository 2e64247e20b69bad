import { mainKey, powerOff } from '../guest.js';
import type { InstanceOperation } from '../operation.js';
import { awaitQueued, forgetImage, send } from '../verbs/disk-image.js';

/**
 * Sends a server's disk on its way to another host: stops the server and puts its disk into an image of Glance's, which
 * the other host makes it of again. So hosts need no way to each other and no keys (as nova's cross-cell resize,
 * nova/conductor/tasks/cross_cell_migrate.py, release 26). The image is the user's, private, and has the migration's
 * uuid: both hosts know it, and a repeated step finds it. A failure leaves no image.
 */
export async function sendDisk(op: InstanceOperation, imageId: string, clean: boolean): Promise<void> {
  await powerOff(op, clean);
  await sendStopped(op, imageId, { nameEnd: 'resize-temp' });
}

/** The same of a server that does not run. `sealed`: goes along in the image, see LocalImage. */
export async function sendStopped(
  op: InstanceOperation,
  imageId: string,
  { nameEnd, sealed }: { readonly nameEnd: string; readonly sealed?: string | undefined },
): Promise<void> {
  const { library, disks } = op.parts;
  const { context, signal } = op.request;
  const uuid = op.instance.get('uuid');
  const properties = { instance_uuid: uuid, image_type: 'snapshot' };
  const name = `${op.instance.get('display_name') ?? uuid}-${nameEnd}`;
  try {
    await library.create({ id: imageId, name, properties }, context);
    if ((await awaitQueued(op, imageId)) !== 'active') {
      const disk = await disks.take(mainKey(op), imageId, { runs: false, ephemeral: true, signal: op.signal });
      await send(op, imageId, disk, sealed);
    }
  } catch (error) {
    if (!signal.aborted) await forgetImage(op, imageId);
    throw error;
  }
  await disks.drop({ instanceUuid: uuid, purpose: imageId });
}
