/** What the manager asks of Placement (REST, service credentials). Implemented by openstack/placement. */

/** Resources by class, e.g. `{VCPU: 1, MEMORY_MB: 512}`. */
export type Resources = Readonly<Record<string, number>>;

export interface Allocations {
  /** Resource provider uuid -> what is allocated there to the consumer; empty when the consumer has none. */
  of(consumerUuid: string): Promise<ReadonlyMap<string, Resources>>;
  /** Removes everything the consumer holds; nothing there is fine. */
  remove(consumerUuid: string): Promise<void>;
}
