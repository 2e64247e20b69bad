import { ServiceError, kindOf } from '../../errors/kinds.js';
import type { ContainerKey } from '../../compute/ports/containers.js';
import { inspectContainer, pauseContainer, unpauseContainer } from '../engine/containers.js';
import type { ContainerParts } from './parts.js';
import { containerMissing } from './refusals.js';

/** Freezes our container; frozen already is fine. Throws Conflict when it does not run, NotFound without one. */
export async function pause(parts: ContainerParts, key: ContainerKey): Promise<void> {
  await bring(parts, key, true);
}

/** Thaws our container; a running one is fine. Throws Conflict when it does not run, NotFound without one. */
export async function unpause(parts: ContainerParts, key: ContainerKey): Promise<void> {
  await bring(parts, key, false);
}

async function bring({ engine, ours }: ContainerParts, key: ContainerKey, frozen: boolean): Promise<void> {
  const change = frozen ? pauseContainer : unpauseContainer;
  const done = await ours.act(key, async (id) => {
    try {
      await change(engine, id);
    } catch (error) {
      // An engine refuses with 409 or 500, by version, both when it is so already and when it can't be.
      const kind = kindOf(error);
      if (kind !== 'Conflict' && kind !== 'Internal') throw error;
      const { State: state } = await inspectContainer(engine, id);
      if (state.Running && state.Paused === frozen) return true;
      if (state.Running) throw error;
      throw new ServiceError('Conflict', `The container of instance ${key.instanceUuid} does not run.`, {
        cause: error,
      });
    }
    return true;
  });
  if (done === undefined) throw containerMissing(key);
}
