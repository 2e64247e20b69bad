import type { RequestContext } from '../../observe/context.js';
import type { Instance, NovaObject, Vif } from '../../objects/index.js';

/** What an instance wants to be plugged into. */
export interface NetworkRequest {
  readonly instance: Instance;
  readonly context: RequestContext;
  readonly requested: NovaObject<'NetworkRequestList'> | null;
  readonly securityGroups: readonly string[];
  readonly signal: AbortSignal;
}

/** Neutron's side of an instance. Implemented by network/. */
export interface Networks {
  /**
   * Ports for the requested networks, bound to this host, in the order asked for; [] for none. Found again when it
   * is repeated. Throws with the nova exception that the API or the fault names (NoMoreFixedIps, PortInUse …).
   */
  allocate(request: NetworkRequest): Promise<readonly Vif[]>;
  /** Gives ports back: ours are deleted, the user's unbound. Nothing there is fine. */
  deallocate(request: NetworkRequest): Promise<void>;
}
