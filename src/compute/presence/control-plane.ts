/**
 * What the control plane's service version means for us. No release names: only what a version promises
 * (nova/objects/service.py, SERVICE_VERSION history).
 */
export interface ControlPlane {
  /** SERVICE_VERSION of its nova-conductor; ours is registered as the same number. */
  readonly version: number;
  /** A second topic carries what must get through while a compute drains (version 71). Harmless to serve always. */
  readonly usesAlternateTopic: boolean;
  /** The scheduler looks for the trait OWNER_NOVA (version 73). */
  readonly wantsOwnerTrait: boolean;
  /** The compute node is known by the uuid in the compute_id file (version 65). */
  readonly knowsNodesByUuid: boolean;
}

/** The oldest control plane that is served: release 26 (Zed). */
export const OLDEST_VERSION = 64;

export function controlPlaneOf(version: number): ControlPlane {
  return {
    version,
    usesAlternateTopic: version >= 71,
    wantsOwnerTrait: version >= 73,
    knowsNodesByUuid: version >= 65,
  };
}
