import { kindOf } from '../../errors/kinds.js';
import type { ContainerKey } from '../../compute/ports/containers.js';
import { inspectContainer } from '../engine/containers.js';
import type { Engine } from '../engine/engine.js';
import type { ContainerInspect } from '../engine/wire.js';
import { ownerOf } from '../labels.js';
import { containerName } from '../names.js';

/** What stands under the name of a container. */
export type Occupant =
  | { readonly whose: 'nobody' }
  | { readonly whose: 'ours'; readonly inspect: ContainerInspect }
  | { readonly whose: 'foreign'; readonly inspect: ContainerInspect };

/**
 * Knows the engine's ids of our containers, so that a verb need not ask who stands under a name before it acts: the
 * engine never gives an id twice, so an id once seen to be ours is ours or gone, and a foreign container that took
 * our name is never touched.
 *
 * INVARIANTS: `ids` holds only ids seen with our name, labels and host. A call that finds its id gone forgets it and
 * asks once more by name.
 */
export class OurContainers {
  readonly #ids = new Map<string, string>();

  constructor(
    private readonly engine: Engine,
    private readonly host: string,
  ) {}

  remember(key: ContainerKey, containerId: string): void {
    this.#ids.set(containerName(key), containerId);
  }

  /** Forgets the container; with an id, only if it is still that one. */
  forget(key: ContainerKey, containerId?: string): void {
    const name = containerName(key);
    if (containerId === undefined || this.#ids.get(name) === containerId) this.#ids.delete(name);
  }

  /** Asks the engine who stands under the name. */
  async look(key: ContainerKey): Promise<Occupant> {
    const name = containerName(key);
    try {
      const inspect = await inspectContainer(this.engine, name);
      // The engine finds by id prefix as well; only the exact name counts.
      if (inspect.Name !== `/${name}`) return this.#nobody(key);
      if (ownerOf(name, inspect.Config.Labels, this.host) === undefined) {
        this.forget(key);
        return { whose: 'foreign', inspect };
      }
      this.remember(key, inspect.Id);
      return { whose: 'ours', inspect };
    } catch (error) {
      if (kindOf(error) === 'NotFound') return this.#nobody(key);
      throw error;
    }
  }

  /** Does `work` with the id of our container; undefined when there is none. */
  async act<T>(key: ContainerKey, work: (containerId: string) => Promise<T>): Promise<T | undefined> {
    const known = this.#ids.get(containerName(key));
    if (known !== undefined) {
      try {
        return await work(known);
      } catch (error) {
        if (kindOf(error) !== 'NotFound') throw error;
        this.forget(key, known);
      }
    }
    const occupant = await this.look(key);
    if (occupant.whose !== 'ours') return undefined;
    try {
      return await work(occupant.inspect.Id);
    } catch (error) {
      if (kindOf(error) !== 'NotFound') throw error;
      this.forget(key, occupant.inspect.Id);
      return undefined;
    }
  }

  #nobody(key: ContainerKey): Occupant {
    this.forget(key);
    return { whose: 'nobody' };
  }
}
