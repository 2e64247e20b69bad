import { ServiceError, kindOf } from '../../errors/kinds.js';
import type { ContainerPlan, ContainerState } from '../../compute/ports/containers.js';
import { createContainer } from '../engine/containers.js';
import type { CreateOptions } from '../engine/wire.js';
import { containerName } from '../names.js';
import { createdState, inspectedState } from '../state.js';
import { openEphemeralDisks } from './ephemeral.js';
import { inject } from './inject.js';
import type { ContainerParts } from './parts.js';
import { asUnacceptable } from './refusals.js';
import { removeUntilGone } from './remove.js';

/** Times that the name is tried for while others remove what stands there. */
const TRIES = 5;

/**
 * Makes the container under its name, or adopts what stands there from an earlier try; puts its files into it.
 *
 * INVARIANTS: the engine gives the name once. Of two who create, one succeeds and the other adopts; after a crash
 * between the engine's success and our knowing of it, the next try adopts.
 */
export async function create(
  parts: ContainerParts,
  plan: ContainerPlan,
  spec: CreateOptions,
  signal: AbortSignal,
): Promise<ContainerState> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const made = (await make(parts, plan, spec, signal)) ?? (await adopt(parts, plan));
    if (made !== undefined) {
      // One that has run has had its files, and may have changed them since.
      if (made.status === 'created') {
        await openEphemeralDisks(parts, made.containerId, plan.ephemeralDisks);
        await inject(parts, { key: plan.key, id: made.containerId }, plan.contents, signal);
      }
      return made;
    }
    signal.throwIfAborted();
  }
  throw new ServiceError('Conflict', `The name ${containerName(plan.key)} is not free on the container engine.`);
}

/** undefined: the name is taken. */
async function make(
  { engine, ours, log }: ContainerParts,
  { key, image }: ContainerPlan,
  spec: CreateOptions,
  signal: AbortSignal,
): Promise<ContainerState | undefined> {
  try {
    const { Id: id, Warnings: warnings } = await createContainer(engine, containerName(key), spec, signal);
    if (warnings !== null && warnings.length > 0) {
      log.warn('The container engine warns', { instanceUuid: key.instanceUuid, warnings });
    }
    ours.remember(key, id);
    return createdState(key, id);
  } catch (error) {
    if (kindOf(error) === 'Conflict') return undefined;
    if (kindOf(error) !== 'NotFound') throw asUnacceptable(key, error);
    throw new ServiceError('NotFound', `Image ${image.imageId} is no longer on this host.`, {
      cause: error,
      facts: { reference: image.reference },
    });
  }
}

/** undefined: nothing to adopt, the name is free (again). */
async function adopt(parts: ContainerParts, { key }: ContainerPlan): Promise<ContainerState | undefined> {
  const occupant = await parts.ours.look(key);
  if (occupant.whose === 'nobody') return undefined;
  if (occupant.whose === 'foreign') {
    throw new ServiceError(
      'Conflict',
      `A container that is not this service's holds the name ${containerName(key)} on the container engine: ` +
        'the operator has to rename or remove it.',
      { facts: { containerId: occupant.inspect.Id } },
    );
  }
  const state = inspectedState(key, occupant.inspect);
  if (state.status === 'removing' || state.status === 'dead') {
    // A removal that was begun can't be undone.
    await removeUntilGone(parts, key, occupant.inspect.Id);
    return undefined;
  }
  return state;
}
