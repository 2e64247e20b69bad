import type { Flavor } from '../../../objects/index.js';
import { withoutForbiddenWords } from '../../../settings/image-words.js';
import { startNew } from '../../first-moments.js';
import { keyOf, mainKey, powerOff, powerOn, vanished } from '../../guest.js';
import type { InstanceOperation } from '../../operation.js';
import { ephemeralDisksOf } from '../../plan/ephemeral.js';
import type { ContainerPlan } from '../../ports/containers.js';
import { limitsOf, reservedCpus, setLimits } from './limits.js';
import { stateBefore } from './migration.js';

/**
 * A resize in place that needs a new container: made of the same image with the settings of the new flavor, with a copy of
 * the server's disk. The old one stays aside, stopped, until the resize is confirmed, and is what a revert goes back to.
 *
 * INVARIANTS: what stands under the server's own name is whole, or nothing stands there: the new one is made and filled as
 * `incoming`, then the old one becomes `former`, then the new one `main`. `former` is there exactly from the first change
 * of names to the confirmation or the way back, so that a repeated step knows how far it had come. Never do two run.
 */

/** Tells the user before anything is done: in the server's actions, and in the log. */
export async function announce(op: InstanceOperation, fixed: readonly string[]): Promise<void> {
  const details =
    `The container is made anew, with its disk, and the server restarted: the flavors differ in ${fixed.join(', ')}, ` +
    'which a container gets when it is made.';
  op.log.info(details);
  const happened = { event: 'container_remake', details: details.slice(0, MOST_DETAILS), failed: false };
  await op.conductor.events.note(op.instance.get('uuid'), { ...happened, at: op.parts.now() });
}

const MOST_DETAILS = 255;

/** Whether the server has two containers, or had them in the middle of a step. */
export async function isRemade(op: InstanceOperation): Promise<boolean> {
  return (await isThere(op, 'former')) || isThere(op, 'incoming');
}

/** Safe to repeat. What the new container needs is looked for before the old one is stopped. */
export async function remakeWith(op: InstanceOperation, flavor: Flavor): Promise<void> {
  const { containers } = op.parts;
  if (!(await isThere(op, 'former'))) await prepare(op, flavor);
  if (!(await isThere(op, 'main'))) await containers.rename(keyOf(op, 'incoming'), mainKey(op));
  if (stateBefore(op) !== 'stopped') await startNew(op, limitsOf(op, flavor).settings);
  if (limitsOf(op, flavor).settings.cpu_policy !== 'dedicated') await op.parts.cpus.release(op.instance.get('uuid'));
}

async function prepare(op: InstanceOperation, flavor: Flavor): Promise<void> {
  const { consoles, containers, disks } = op.parts;
  if (!(await isThere(op, 'main'))) throw vanished();
  const [main, incoming] = [mainKey(op), keyOf(op, 'incoming')];
  // Of an earlier try, or of another resize.
  await containers.remove(incoming);
  await containers.create(await planOf(op, flavor), op.signal);
  await powerOff(op, true);
  await consoles.endSessions(op.instance.get('uuid'));
  await disks.carry({ from: main, to: incoming }, op.signal);
  await containers.rename(main, keyOf(op, 'former'));
}

/** Files that the old one was given are in its disk, or are mounted as they were. What ephemeral disks have is copied. */
async function planOf(op: InstanceOperation, flavor: Flavor): Promise<ContainerPlan> {
  const { image, files } = await op.parts.containers.making(mainKey(op));
  const { instance, settings: set } = limitsOf(op, flavor);
  const settings = withoutForbiddenWords(set, image.defaults, op.parts.policy);
  const cpus = await reservedCpus(op, flavor);
  const disks = await ephemeralDisksOf(op, flavor);
  return { key: keyOf(op, 'incoming'), instance, settings, image, cpus, files, contents: [], ephemeralDisks: disks };
}

/** The server is what it was before, with what its disk had then. Safe to repeat, also when nothing was done yet. */
export async function putBack(op: InstanceOperation, flavor: Flavor, clean: boolean): Promise<void> {
  const { consoles, containers } = op.parts;
  const [main, former, incoming] = [mainKey(op), keyOf(op, 'former'), keyOf(op, 'incoming')];
  if (await isThere(op, 'former')) {
    if (await isThere(op, 'main')) {
      await powerOff(op, clean);
      await consoles.endSessions(op.instance.get('uuid'));
      await containers.rename(main, incoming);
    }
    await containers.rename(former, main);
  }
  await setLimits(op, flavor);
  if (stateBefore(op) !== 'stopped') await powerOn(op);
  await containers.remove(incoming);
}

/** What is the server now stays: there is no way back any more. */
export async function dropOthers(op: InstanceOperation): Promise<void> {
  for (const role of ['former', 'incoming'] as const) await op.parts.containers.remove(keyOf(op, role));
}

async function isThere(op: InstanceOperation, role: 'main' | 'former' | 'incoming'): Promise<boolean> {
  return (await op.parts.containers.state(keyOf(op, role))) !== undefined;
}
