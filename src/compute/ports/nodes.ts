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
