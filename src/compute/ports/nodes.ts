/** This host as Nova and Placement see it, as far as a verb asks. Implemented by resources/. */
export interface NodeControl {
  /** Uuid of the compute node record and of its resource provider. */
  uuid(): string;
  /** Sets or removes COMPUTE_STATUS_DISABLED on the provider; a provider that is not there yet is fine. */
  setEnabled(enabled: boolean): Promise<void>;
  /** What `uptime` prints. */
  uptime(): Promise<string>;
  /** The figures changed (a claim, a deletion): publish them soon, many changes in one go. */
  usageChanged(): void;
  /** A build ended: failures in a row are the scheduler's reason to look elsewhere. */
  buildEnded(succeeded: boolean): void;
}

/** What of an instance counts for the figures of its node. */
export interface NodeInstance extends NodeDemand {
  readonly uuid: string;
  readonly vmState: string;
  readonly taskState: string | null;
  readonly osType: string | null;
  readonly projectId: string;
}

/** What an instance takes of its node: its flavor, a volume in place of the root disk counting nothing. */
export interface NodeDemand {
  readonly vcpus: number;
  readonly memoryMb: number;
  readonly swapMb: number;
  /** 0 for an instance whose root disk is a volume. */
  readonly rootGb: number;
  readonly ephemeralGb: number;
}

/** A move of an instance to or from this node that is not over yet (its status may be `error`). */
export interface NodeMigration {
  readonly id: number;
  /** Holds allocations of its own while the move lasts. */
  readonly uuid: string;
  readonly instanceUuid: string;
  readonly sourceHost: string | null;
  readonly sourceNode: string | null;
  readonly destHost: string | null;
  readonly destNode: string | null;
  /** Last change, or creation. */
  readonly changedAt: Date;
  /** The instance wherever it is now, deleted or not; undefined when its row is gone. */
  readonly instance: MovingInstance | undefined;
}

export interface MovingInstance {
  readonly vmState: string;
  readonly taskState: string | null;
  /** Of its migration context; null without one. */
  readonly migrationId: number | null;
  /** It has the flavor that it had before the move (compares the migration's old_instance_type_id). */
  readonly hasOldFlavor: boolean;
  /** Before and after the move; the same for a move without a resize, null where the instance does not tell. */
  readonly oldDemand: NodeDemand | null;
  readonly newDemand: NodeDemand | null;
}

/** Where an instance is, for allocations that nobody seems to need any more. */
export interface Whereabouts {
  readonly deleted: boolean;
  /** A hidden one is a twin of a cross-cell move, and its deletion says nothing. */
  readonly hidden: boolean;
  readonly host: string | null;
  readonly node: string | null;
  readonly taskState: string | null;
}

/** An architecture, hypervisor and mode that instances may ask for by image property. */
export interface HypervisorSpec {
  readonly arch: string;
  readonly hvType: string;
  readonly vmMode: string;
}

/** The compute node record (nova/objects/compute_node.py 1.19) without what never changes for us: no NUMA, PCI, metrics. */
export interface NodeFields {
  readonly hostIp: string;
  readonly vcpus: number;
  readonly memoryMb: number;
  readonly localGb: number;
  readonly vcpusUsed: number;
  readonly memoryMbUsed: number;
  readonly localGbUsed: number;
  readonly freeRamMb: number;
  readonly freeDiskGb: number;
  readonly diskAvailableLeast: number;
  readonly currentWorkload: number;
  readonly runningVms: number;
  readonly hypervisorType: string;
  readonly hypervisorVersion: number;
  /** JSON text */
  readonly cpuInfo: string;
  readonly supportedHvSpecs: readonly HypervisorSpec[];
  readonly stats: Readonly<Record<string, string>>;
  readonly cpuAllocationRatio: number;
  readonly ramAllocationRatio: number;
  readonly diskAllocationRatio: number;
}

/** A compute node record. */
export interface NodeRecord {
  readonly id: number;
  readonly uuid: string;
  readonly host: string;
  /** hypervisor_hostname */
  readonly node: string;
}

/** Rows about this host's node, as nova-conductor has them. Implemented by conductor/. */
export interface NodeStore {
  /** The record of our host and node; undefined when there is none. */
  find(): Promise<NodeRecord | undefined>;
  /** The record of that uuid, on whatever host. */
  byUuid(uuid: string): Promise<NodeRecord | undefined>;
  /**
   * Makes the record of our host and node, or brings a deleted one of that uuid back. `mapped` is left alone: only
   * nova-manage sets it.
   */
  create(uuid: string, fields: NodeFields): Promise<NodeRecord>;
  /** Writes these fields. Throws NotFound when an operator deleted the record. */
  save(node: NodeRecord, changes: Partial<NodeFields>): Promise<void>;
  /** Instances of our host and node. */
  instances(): Promise<readonly NodeInstance[]>;
  /** MigrationList.get_in_progress_and_error of our host and node, with their instances. */
  migrations(): Promise<readonly NodeMigration[]>;
  /** Undefined: there never was such an instance, or its row is purged. */
  whereabouts(instanceUuid: string): Promise<Whereabouts | undefined>;
  /**
   * Whether our service record is disabled, as the database says now: an older answer would undo what nova-api has just
   * told us to do (it writes the record, then calls set_host_enabled).
   */
  serviceDisabled(): Promise<boolean>;
}
