import type { Logger } from '../../observe/logger.js';
import type { Neutron } from '../../openstack/neutron.js';
import type { Shares } from '../../openstack/shares.js';
import type { NetworkFacts } from '../cache/facts.js';

/** What work on Neutron's ports needs. */
export interface NeutronParts {
  readonly neutron: Neutron;
  readonly facts: NetworkFacts;
  readonly extensions: Extensions;
  /** This host, as ports are bound to it. */
  readonly host: string;
  /** What ports hold in Placement. */
  readonly shares: Shares;
  /** This host's provider there. */
  readonly nodeUuid: () => string;
  readonly log: Logger;
}

/** Which extensions Neutron has, asked now and then. */
export interface Extensions {
  has(alias: string): Promise<boolean>;
}
