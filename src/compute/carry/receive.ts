import { kindOf, messageOf } from '../../errors/kinds.js';
import { startNew } from '../first-moments.js';
import { guestState, mainKey } from '../guest.js';
import { networkSubject } from '../network-subject.js';
import type { InstanceOperation } from '../operation.js';
import { providerMapping } from '../provider-mapping.js';
import { dropGuest } from '../plan/guest-plan.js';
import type { ContainerState, EphemeralDisk, LocalImage } from '../ports/containers.js';
import type { Belongings } from '../ports/instance-folders.js';
import { remake, remakeSettings } from '../verbs/remake.js';
import { plug, untilWired } from '../verbs/wiring.js';

/** What another host has sent, and how the server is to be here. */
export interface Arrival {
  readonly imageId: string;
  /** Of the image that the server was first made of. */
  readonly properties: Readonly<Record<string, string>>;
  readonly runs: boolean;
  readonly ephemeral: EphemeralDisk;
  /** What came along beside its disk. */
  readonly belongings?: Belongings | undefined;
}

/**
 * Makes a server here of the disk that another host has sent, on its ports, which are bound to this host. The image has
 * gone when this ends. Safe to repeat.
 */
export async function receive(op: InstanceOperation, arrival: Arrival): Promise<ContainerState | undefined> {
  const { properties, runs, imageId, belongings } = arrival;
  const settings = remakeSettings(op, properties);
  const [image, vifs] = await Promise.all([
    arrivedImage(op, imageId),
    op.parts.networks.bind(networkSubject(op), providerMapping(op.request.args)),
  ]);
  const plugged = await plug(op, vifs);
  try {
    const wish = { properties, vifs, ownDisk: true, ephemeral: arrival.ephemeral, ...belongings };
    if (image !== undefined) await remake(op, { image, ...wish });
    if (runs) await untilWired(op, plugged);
  } finally {
    plugged.wait.cancel();
  }
  const state = runs ? await startNew(op, settings) : await guestState(op);
  await forget(op, imageId);
  return state;
}

/** Takes away what stands here of a server that stays on another host. Its ports and its row are that one's business. */
export async function leaveNothing(op: InstanceOperation): Promise<void> {
  const { containers, consoles, networks, node } = op.parts;
  await containers.remove(mainKey(op));
  await consoles.close(op.instance.get('uuid'));
  await networks.unplug(op.instance.get('uuid'));
  await dropGuest(op);
  node.usageChanged();
}

/** undefined: an earlier try has made the container of it already. */
export async function arrivedImage(op: InstanceOperation, imageId: string): Promise<LocalImage | undefined> {
  const { library, images } = op.parts;
  const { context } = op.request;
  try {
    return await images.ensure(await library.show(imageId, context), context, op.signal);
  } catch (error) {
    if (kindOf(error) === 'NotFound' && (await guestState(op)) !== undefined) return undefined;
    throw error;
  }
}

async function forget(op: InstanceOperation, imageId: string): Promise<void> {
  try {
    await op.parts.library.remove(imageId, op.request.context);
  } catch (error) {
    op.log.warn('The image that a server came by could not be deleted', { imageId, reason: messageOf(error) });
  }
}
