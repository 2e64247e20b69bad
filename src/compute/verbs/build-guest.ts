import type { Vif } from '../../objects/index.js';
import { startNew } from '../first-moments.js';
import { mainKey } from '../guest.js';
import { imageFacts } from '../instance-facts.js';
import { save, type InstanceOperation } from '../operation.js';
import { planGuest, wantsDrive, type GuestWish } from '../plan/guest-plan.js';
import type { ContainerState } from '../ports/containers.js';
import { allocatePorts } from './build-ports.js';
import type { BuildRequest } from './build-request.js';
import { HeldStart } from './held-start.js';
import { plug, untilWired, type Plugged } from './wiring.js';

/** A new server's ports, and its container, which runs or was meant to end. */
export interface NewGuest {
  readonly vifs: readonly Vif[];
  readonly state: ContainerState | undefined;
}

/**
 * Brings a new server's ports and its container, side by side: Neutron takes as long as an engine does for all of a start
 * but the first instruction, which waits for ports that are plugged and wired. Nothing runs on behind a failure.
 */
export async function bringUp(
  op: InstanceOperation,
  request: BuildRequest,
  wish: Omit<GuestWish, 'image' | 'vifs'>,
): Promise<NewGuest> {
  const { plugged, held } = await prepare(op, request, wish);
  try {
    if (request.wantsNetwork) await save(op, { task_state: 'spawning' }, ['networking']);
    await untilWired(op, plugged);
    const state = await startNew(op, wish.settings, mainKey(op), () => held.go());
    return { vifs: plugged.vifs, state };
  } catch (error) {
    await held.giveUp();
    throw error;
  } finally {
    plugged.wait.cancel();
  }
}

interface Prepared {
  readonly plugged: Plugged;
  readonly held: HeldStart;
}

/** The ports are plugged as soon as they are there, so that the agent wires them while the image comes. */
async function prepare(
  op: InstanceOperation,
  request: BuildRequest,
  wish: Omit<GuestWish, 'image' | 'vifs'>,
): Promise<Prepared> {
  await op.parts.networks.holdStart(wish.instance.uuid);
  const allocated = allocatePorts(op, request);
  const [plugged, held] = await Promise.allSettled([
    allocated.then((vifs) => plug(op, vifs)),
    begin(op, request, wish, allocated),
  ]);
  if (plugged.status === 'fulfilled' && held.status === 'fulfilled')
    return { plugged: plugged.value, held: held.value };
  if (plugged.status === 'fulfilled') plugged.value.wait.cancel();
  if (held.status === 'fulfilled') await held.value.giveUp();
  throw (plugged.status === 'rejected' ? plugged : (held as PromiseRejectedResult)).reason as Error;
}

/** A config drive tells of the ports: with one, the container is made when they are known. */
async function begin(
  op: InstanceOperation,
  request: BuildRequest,
  wish: Omit<GuestWish, 'image' | 'vifs'>,
  allocated: Promise<readonly Vif[]>,
): Promise<HeldStart> {
  const image = await op.parts.images.ensure(imageFacts(request.image), op.request.context, op.signal);
  const vifs = wantsDrive(op) ? await allocated : [];
  const plan = await planGuest(op, { ...wish, image, vifs });
  await op.parts.containers.create(plan, op.signal);
  return new HeldStart(op, mainKey(op));
}
