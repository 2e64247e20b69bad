import { kindOf, messageOf, ServiceError } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';
import {
  isConcurrentUpdate,
  isInventoryInUse,
  type Generational,
  type Inventories,
  type Provider,
  type Providers,
} from '../openstack/placement.js';
import { sameInventories } from './inventories.js';
import { withDisabled } from './traits.js';

/** What the provider shall be, computed from what it is (ratios and traits that others set are kept). */
export interface WantedProvider {
  readonly inventories: (existing: Inventories) => Inventories;
  readonly traits: (existing: readonly string[]) => readonly string[];
}

export interface PublisherParts {
  readonly providers: Providers;
  readonly uuid: string;
  /** Name of the provider: hypervisor_hostname. */
  readonly node: string;
  /** `[compute] resource_provider_association_refresh`; 0: never. What others write is seen after this time. */
  readonly refreshMs: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly clock: () => number;
  readonly log: Logger;
}

/** What Placement had when we last looked or wrote. */
interface View {
  readonly generation: number;
  readonly inventories: Inventories;
  readonly traits: readonly string[];
  readonly readAt: number;
}

const TRIES = 4;

/**
 * Keeps our resource provider as it shall be. Nothing is written that is so already, and while the view is fresh
 * nothing is read either, so an audit without news costs no request (nova/scheduler/client/report.py, 26: provider tree).
 *
 * INVARIANTS: one change at a time (`turn`), each based on the generation that the one before has left. After a conflict
 * the view is forgotten and the whole change is computed again from what Placement says now.
 */
export class ProviderPublisher {
  private view: View | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  /** Refusal of an inventory that was already told of. */
  private toldOf = '';
  /** Standard traits that Placement's release does not have yet; they can't be made, so they are left out. */
  private readonly unknown = new Set<string>();

  constructor(private readonly parts: PublisherParts) {}

  /**
   * Makes the provider and writes what differs. `want` is asked when it is this change's turn, so that it does not undo
   * a `setDisabled` that came in between. Throws Conflict when the provider's name is taken, or when others win four times.
   */
  async publish(want: () => Promise<WantedProvider>): Promise<void> {
    await this.exclusively(async () => {
      const wanted = await want();
      await this.retried(() => this.publishOnce(wanted));
    });
  }

  /** Sets or removes COMPUTE_STATUS_DISABLED at once; a provider that is not there yet is fine. */
  async setDisabled(disabled: boolean): Promise<void> {
    await this.exclusively(() =>
      this.retried(async () => {
        try {
          const provider = await this.parts.providers.get(this.parts.uuid);
          if (provider === undefined) return;
          const view = await this.readOf(provider);
          await this.writeTraits(view, withDisabled(view.traits, disabled));
        } catch (error) {
          if (kindOf(error) !== 'NotFound') throw error;
        }
      }),
    );
  }

  /** Somebody said that it is not as we believe, e.g. that it is gone. */
  forget(): void {
    this.view = undefined;
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work, work);
    this.turn = mine.catch(() => {});
    return mine;
  }

  private async retried(work: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await work();
        return;
      } catch (error) {
        this.view = undefined;
        const again = isConcurrentUpdate(error) || kindOf(error) === 'NotFound';
        if (!again || attempt >= TRIES) throw error;
        this.parts.log.debug('Resource provider was changed by somebody else; looking again', { attempt });
      }
    }
  }

  private async publishOnce(wanted: WantedProvider): Promise<void> {
    const seen = this.isFresh() ? this.view : undefined;
    const view = await this.writeInventories(seen ?? (await this.read()), wanted);
    await this.writeTraits(view, wanted.traits(view.traits));
  }

  private isFresh(): boolean {
    if (this.view === undefined) return false;
    return this.parts.refreshMs === 0 || this.parts.clock() - this.view.readAt < this.parts.refreshMs;
  }

  /** What Placement has now; makes the provider where there is none. */
  private async read(): Promise<View> {
    return await this.readOf((await this.parts.providers.get(this.parts.uuid)) ?? (await this.create()));
  }

  private async readOf(provider: Provider): Promise<View> {
    const { providers, uuid, clock } = this.parts;
    this.unknown.clear();
    const [inventories, traits] =
      provider.generation === 0
        ? [EMPTY_INVENTORIES, EMPTY_TRAITS]
        : await Promise.all([providers.inventories(uuid), providers.traits(uuid)]);
    // The older generation of the two: a write based on it fails if either is out of date.
    const generation = Math.min(inventories.generation, traits.generation);
    return this.keep({ generation, inventories: inventories.value, traits: traits.value, readAt: clock() });
  }

  private async create(): Promise<Provider> {
    const { providers, uuid, node, log } = this.parts;
    try {
      const provider = await providers.create(uuid, node);
      log.info('Resource provider created', { uuid, node });
      return provider;
    } catch (error) {
      if (kindOf(error) !== 'Conflict') throw error;
      const made = await providers.get(uuid);
      if (made !== undefined) return made;
      throw nameTaken(node, uuid, await providers.byName(node), error);
    }
  }

  private async writeInventories(view: View, wanted: WantedProvider): Promise<View> {
    const value = wanted.inventories(view.inventories);
    if (sameInventories(view.inventories, value)) return view;
    const { providers, uuid, log } = this.parts;
    try {
      const written = await providers.putInventories(uuid, { generation: view.generation, value });
      log.info('Inventory published', { uuid, generation: written.generation, ...totals(value) });
      this.toldOf = '';
      return this.keep({ ...view, generation: written.generation, inventories: written.value });
    } catch (error) {
      if (!isInventoryInUse(error)) throw error;
      this.tellOnce(messageOf(error));
      return view;
    }
  }

  /** Less than what instances hold can't be published; it will be when they are gone. */
  private tellOnce(reason: string): void {
    if (this.toldOf === reason) return;
    this.toldOf = reason;
    this.parts.log.error(
      'Placement keeps the old inventory, because instances hold more than this host has now. Move or delete some',
      { uuid: this.parts.uuid, reason },
    );
  }

  private async writeTraits(view: View, wanted: readonly string[]): Promise<void> {
    if (sameNames(view.traits, wanted)) return;
    const { providers, uuid, log } = this.parts;
    const fresh = wanted.filter((trait) => !view.traits.includes(trait) && !this.unknown.has(trait));
    const known = new Set([...view.traits, ...(fresh.length === 0 ? [] : await providers.ensureTraits(fresh))]);
    const value = wanted.filter((trait) => known.has(trait));
    for (const trait of fresh.filter((one) => !known.has(one))) this.unknown.add(trait);
    if (sameNames(view.traits, value)) return;
    const written = await providers.putTraits(uuid, { generation: view.generation, value });
    const added = value.filter((trait) => !view.traits.includes(trait)).join(' ');
    const removed = view.traits.filter((trait) => !value.includes(trait)).join(' ');
    log.info('Traits published', { uuid, generation: written.generation, added, removed });
    this.keep({ ...view, generation: written.generation, traits: written.value });
  }

  private keep(view: View): View {
    this.view = view;
    return view;
  }
}

const EMPTY_INVENTORIES: Generational<Inventories> = { generation: 0, value: {} };
const EMPTY_TRAITS: Generational<readonly string[]> = { generation: 0, value: [] };

function nameTaken(node: string, uuid: string, other: Provider | undefined, cause: unknown): ServiceError {
  const whose = other === undefined ? '' : ` (uuid ${other.uuid})`;
  return new ServiceError(
    'Conflict',
    `Placement has another resource provider named ${node}${whose}, but this node is ${uuid}. It was left by an earlier ` +
      `installation of this host. When no server of it is left: openstack resource provider delete ` +
      `${other?.uuid ?? '<uuid>'}; or stop this service, put that uuid into the compute_id file and start again.`,
    { cause },
  );
}

function totals(inventories: Inventories): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(inventories).map(([name, { total }]) => [name, total]));
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && new Set([...a, ...b]).size === new Set(a).size;
}
