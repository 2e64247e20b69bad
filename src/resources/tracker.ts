import type { NodeFields, NodeInstance, NodeMigration, NodeRecord, NodeStore } from '../compute/ports/nodes.js';
import type { Resources } from '../compute/ports/placement.js';
import { kindOf, messageOf } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';
import type { ProviderAllocations } from '../openstack/allocations.js';
import type { HostFacts } from './facts.js';
import { wantedInventories } from './inventories.js';
import { changedFields, computeNodeFields } from './node-fields.js';
import { judgeOrphan } from './orphans.js';
import type { ProviderPublisher } from './provider.js';
import type { ResourceSettings } from './settings.js';
import { wantedTraits } from './traits.js';
import { usageOf, type Place } from './usage.js';

export interface TrackerParts {
  readonly here: Place;
  /** Of the node record and of the provider. */
  readonly uuid: string;
  readonly settings: ResourceSettings;
  readonly store: NodeStore;
  readonly publisher: ProviderPublisher;
  readonly allocations: ProviderAllocations;
  readonly readHost: () => Promise<HostFacts>;
  readonly log: Logger;
}

/** Resources that Placement holds of us for somebody whom we do not know as ours. */
interface Oddity {
  readonly reason: string;
  readonly isTold: boolean;
}

/** What one look at the host and the database gave. */
interface Look {
  readonly facts: HostFacts;
  readonly instances: readonly NodeInstance[];
  readonly migrations: readonly NodeMigration[];
  readonly fields: NodeFields;
}

/**
 * Keeps the compute node record and the resource provider true (nova/compute/resource_tracker.py, release 26).
 * Figures are always computed anew from what the database says, so nothing is counted twice and a crash leaves nothing.
 *
 * INVARIANTS: one run at a time; `node` and `saved` say what is in the database after the last run.
 */
export class ResourceTracker {
  private node: NodeRecord | undefined;
  private saved: NodeFields | undefined;
  private facts: HostFacts | undefined;
  private failedBuilds = 0;
  private turn: Promise<unknown> = Promise.resolve();
  /** By consumer, as the last audit saw them. */
  private readonly oddities = new Map<string, Oddity>();

  constructor(private readonly parts: TrackerParts) {}

  /**
   * The first audit. Servers must be served even while Placement is away, so only what somebody has to mend ends the start:
   * wrong credentials, another provider of our name. (Upstream logs and goes on whatever it is.)
   */
  async start(): Promise<void> {
    try {
      await this.audit();
    } catch (error) {
      const kind = kindOf(error);
      if (kind !== 'Unavailable' && kind !== 'Timeout') throw error;
      this.parts.log.error('The node could not be published; the next audit tries again', { reason: messageOf(error) });
    }
  }

  /**
   * The whole audit: record, provider, allocations of instances that are gone. The provider comes before the record's
   * figures, so that the scheduler never picks a node that Placement can't place on; but when Placement is away the
   * figures are written all the same, and its error is thrown at the end.
   */
  async audit(): Promise<void> {
    await this.exclusively(async () => {
      const look = await this.look(await this.parts.readHost());
      const isNew = await this.ensureNode(look.fields);
      const published = await settled(this.publish(look.facts));
      await this.save(look.fields);
      if (published.error !== undefined) throw published.error;
      if (!isNew) await this.removeOrphans(look);
    });
  }

  /**
   * The record's figures only, after a claim or a deletion: two reads and a save, nothing of Placement, and the host as the
   * last audit saw it (asking an engine for its facts is slow when it has much to do). Nothing before the first audit.
   */
  async refresh(): Promise<void> {
    await this.exclusively(async () => {
      if (this.node === undefined || this.facts === undefined) return;
      await this.save((await this.look(this.facts)).fields);
    });
  }

  /** Counted in `failed_builds`, by which the scheduler weighs hosts; one success sets it back. */
  buildEnded(succeeded: boolean): void {
    const failed = this.parts.settings.countsFailedBuilds ? this.failedBuilds + 1 : this.failedBuilds;
    this.failedBuilds = succeeded ? 0 : failed;
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work, work);
    this.turn = mine.catch(() => {});
    return mine;
  }

  private async look(facts: HostFacts): Promise<Look> {
    const { store, settings, here } = this.parts;
    this.facts = facts;
    const [instances, migrations] = await Promise.all([store.instances(), store.migrations()]);
    const usage = usageOf(instances, migrations, here, settings.reserved);
    return { facts, instances, migrations, fields: computeNodeFields(facts, usage, settings, this.failedBuilds) };
  }

  /** True when the record was made just now. */
  private async ensureNode(fields: NodeFields): Promise<boolean> {
    if (this.node !== undefined) return false;
    const { store, uuid, log, here } = this.parts;
    this.node = await store.find();
    if (this.node !== undefined) return false;
    this.node = await store.create(uuid, fields);
    this.saved = fields;
    log.info('Compute node record created', { ...here, uuid });
    return true;
  }

  private async publish(facts: HostFacts): Promise<void> {
    const { publisher, settings, store } = this.parts;
    await publisher.publish(async () => {
      const disabled = await store.serviceDisabled();
      return {
        inventories: (existing) => wantedInventories(facts, settings, existing),
        traits: (existing) => wantedTraits(facts, settings, existing, disabled),
      };
    });
  }

  private async save(fields: NodeFields): Promise<void> {
    if (this.node === undefined) return;
    const changes = changedFields(this.saved, fields, this.parts.settings);
    if (Object.keys(changes).length === 0) return;
    try {
      await this.parts.store.save(this.node, changes);
      this.saved = fields;
    } catch (error) {
      // Deleted by an operator, together with the service: the next audit makes it anew.
      if (kindOf(error) === 'NotFound') this.node = undefined;
      this.saved = undefined;
      throw error;
    }
  }

  private async removeOrphans(look: Look): Promise<void> {
    const held = await this.heldOfUs();
    const known = new Set([
      ...look.instances.map((instance) => instance.uuid),
      ...look.migrations.map((migration) => migration.uuid),
    ]);
    for (const [consumer, resources] of held) {
      if (!known.has(consumer)) await this.treatOrphan(consumer, resources);
    }
    for (const consumer of this.oddities.keys()) if (!held.has(consumer)) this.oddities.delete(consumer);
  }

  private async heldOfUs(): Promise<ReadonlyMap<string, Resources>> {
    try {
      return await this.parts.allocations.ofProvider(this.parts.uuid);
    } catch (error) {
      // Deleted behind our back: the next audit makes it anew.
      if (kindOf(error) === 'NotFound') this.parts.publisher.forget();
      throw error;
    }
  }

  private async treatOrphan(consumer: string, resources: Resources): Promise<void> {
    const { store, allocations, here, log } = this.parts;
    const verdict = judgeOrphan(await store.whereabouts(consumer), here);
    if (verdict.action !== 'tell') this.oddities.delete(consumer);
    if (verdict.action === 'leave') return;
    const facts = { consumer, resources: JSON.stringify(resources), reason: verdict.reason };
    if (verdict.action === 'tell') {
      if (this.isLasting(consumer, verdict.reason))
        log.warn('Placement holds resources of this host for somebody else; left alone', facts);
      return;
    }
    try {
      await allocations.removeUnchanged(consumer);
      log.info('Allocation removed that nobody needs', facts);
    } catch (error) {
      log.warn('An allocation that nobody needs could not be removed; tried again later', {
        ...facts,
        error: messageOf(error),
      });
    }
  }

  /**
   * Whether it is to be told of: the second audit finds the same. One alone says nothing, for what it reads it reads one
   * after the other: a scheduler claims before conductor writes the row, and a boot can end in between.
   */
  private isLasting(consumer: string, reason: string): boolean {
    const before = this.oddities.get(consumer);
    const isSame = before?.reason === reason;
    this.oddities.set(consumer, { reason, isTold: isSame });
    return isSame && !before.isTold;
  }
}

async function settled(work: Promise<void>): Promise<{ readonly error?: Error }> {
  return await work.then(
    () => ({}),
    (error: unknown) => ({ error: error as Error }),
  );
}
