import type { Vif } from '../../objects/index.js';
import { startNew } from '../first-moments.js';
import { mainKey } from '../guest.js';
import { imageFacts } from '../instance-facts.js';
import { save, type InstanceOperation } from '../operation.js';
import { planGuest, wantsDrive, type GuestWish } from '../plan/guest-plan.js';
import type { ContainerState } from '../ports/containers.js';
import { allocatePorts } from './build-ports.js';
import type { BuildRequest } from './build-request.js';
import { EarlyStart, refuse } from './early-start.js';
import { plug, untilWired, type Plugged } from './wiring.js';

/** A new server's ports, and its container, which runs or was meant to end. */
export interface NewGuest {
  readonly vifs: readonly Vif[];
  readonly state: ContainerState | undefined;
}

type Wish = Omit<GuestWish, 'image' | 'vifs'>;

/**
 * Brings a new server's ports and its container, side by side: Neutron takes as long as an engine does for all of a start
 * but the first instruction, which waits for ports that are plugged and wired. Nothing runs on behind a failure.
 */
export async function bringUp(op: InstanceOperation, request: BuildRequest, wish: Wish): Promise<NewGuest> {
  const { plugged, early } = await prepare(op, request, wish);
  try {
    if (request.wantsNetwork) await save(op, { task_state: 'spawning' }, ['networking']);
    await untilWired(op, plugged);
    const state = await startNew(op, wish.settings, mainKey(op), early && (() => early.go()));
    return { vifs: plugged.vifs, state };
  } catch (error) {
    await early?.giveUp();
    throw error;
  } finally {
    plugged.wait.cancel();
  }
}

interface Prepared {
  readonly plugged: Plugged;
  readonly early: EarlyStart | undefined;
}

/** The ports are plugged as soon as they are there, so that the agent wires them while the image comes. */
async function prepare(op: InstanceOperation, request: BuildRequest, wish: Wish): Promise<Prepared> {
  const isEarly = await mayBeEarly(op, wish);
  const allocated = allocatePorts(op, request);
  const plugging = allocated.then((vifs) => plug(op, vifs));
  // A config drive tells of the ports; a start that does not wait for them finds them plugged.
  const known = async (): Promise<readonly Vif[]> => (wantsDrive(op) ? allocated : []);
  const vifs = isEarly ? known : async (): Promise<readonly Vif[]> => (await plugging).vifs;
  const [plugged, early] = await Promise.allSettled([plugging, make(op, request, { wish, vifs, isEarly })]);
  if (plugged.status === 'fulfilled' && early.status === 'fulfilled')
    return { plugged: plugged.value, early: early.value };
  if (plugged.status === 'fulfilled') plugged.value.wait.cancel();
  if (early.status === 'fulfilled') await early.value?.giveUp();
  else await refuse(op);
  throw (plugged.status === 'rejected' ? plugged : (early as PromiseRejectedResult)).reason as Error;
}

/** A build that was begun before may have a start of that time under way, which must not be taken for this one's. */
async function mayBeEarly(op: InstanceOperation, { instance, settings }: Wish): Promise<boolean> {
  if (op.attempt > 1) return false;
  return op.parts.networks.holdStart(instance.uuid, await op.parts.containers.program(settings));
}

interface Making {
  readonly wish: Wish;
  /** Asked for when they are needed, so that their failure is heard of by who waits for it. */
  readonly vifs: () => Promise<readonly Vif[]>;
  readonly isEarly: boolean;
}

/** Makes the container, and has the engine begin with its start. */
async function make(op: InstanceOperation, request: BuildRequest, making: Making): Promise<EarlyStart | undefined> {
  const image = await op.parts.images.ensure(imageFacts(request.image), op.request.context, op.signal);
  const plan = await planGuest(op, { ...making.wish, image, vifs: await making.vifs() });
  await op.parts.containers.create(plan, op.signal);
  return making.isEarly ? new EarlyStart(op) : undefined;
}
