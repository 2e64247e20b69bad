/** What the manager asks of Placement (REST, service credentials). Implemented by openstack/allocations. */

/** Resources by class, e.g. `{VCPU: 1, MEMORY_MB: 512}`. */
export type Resources = Readonly<Record<string, number>>;

export interface Allocations {
  /** Resource provider uuid -> what is allocated there to the consumer; empty when the consumer has none. */
  of(consumerUuid: string): Promise<ReadonlyMap<string, Resources>>;
  /** Removes everything the consumer holds; nothing there is fine. */
  remove(consumerUuid: string): Promise<void>;
  /** Consumer uuid -> what it holds of this provider. Throws NotFound when there is no such provider. */
  ofProvider(providerUuid: string): Promise<ReadonlyMap<string, Resources>>;
}

/** What moves of instances between hosts need besides; consumers are instances and migrations. */
export interface MovingAllocations extends Allocations {
  /**
   * Gives everything that one consumer holds to another, whose own is dropped. A source without anything is fine: it
   * was done already. Throws Conflict (Nova: AllocationMoveFailed) when somebody else changes either.
   */
  move(fromConsumerUuid: string, toConsumerUuid: string): Promise<void>;
  /** Removes what the consumer holds of one provider and leaves the rest; nothing there is fine. */
  removeFrom(consumerUuid: string, providerUuid: string): Promise<void>;
}
