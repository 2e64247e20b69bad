/** CPUs of this host that are single instances' own. Implemented by resources/. */
export interface DedicatedCpus {
  /**
   * Sets `count` CPUs aside for an instance, for good; the same ones when it is asked again. Throws Conflict
   * (ComputeResourcesUnavailable) when so many are not free.
   */
  reserve(instanceUuid: string, count: number): Promise<readonly number[]>;
  /** What `reserve` would give now; sets nothing aside. */
  choose(instanceUuid: string, count: number): Promise<readonly number[]>;
  /** Gives them back; none is fine. */
  release(instanceUuid: string): Promise<void>;
  /** Gives back those of all others. */
  keepOnly(instanceUuids: ReadonlySet<string>): Promise<void>;
}
