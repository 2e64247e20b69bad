import type { Networks } from '../compute/ports/networks.js';
import { NetworkFacts } from '../network/cache/facts.js';
import { HostPorts } from '../network/host/ports.js';
import { createPlanRunner } from '../network/host/runtime.js';
import { InstanceNetworks } from '../network/networks.js';
import { createExtensions } from '../network/neutron/extensions.js';
import type { CallObserver } from '../observe/calls.js';
import type { Logger } from '../observe/logger.js';
import { Neutron } from '../openstack/neutron.js';
import { createShares } from '../openstack/shares.js';
import type { LiveConfig } from './live.js';
import type { Rest } from './rest.js';

/** How long a start looks for the agent's work when ports had to be made anew: after a reboot of the host. */
const LONGEST_WIRING_S = 60;

export interface NetworkIngredients {
  readonly rest: Pick<Rest, 'neutron' | 'placement'>;
  readonly nodeUuid: () => string;
  readonly observer: CallObserver;
  readonly log: Logger;
}

/** Neutron's ports for instances of this host. */
export function openNetworks(live: LiveConfig, parts: NetworkIngredients): Networks {
  const { rest, nodeUuid, observer, log } = parts;
  const { DEFAULT, neutron: options, os_vif_ovs: ovs } = live.current;
  const neutron = new Neutron(rest.neutron);
  const nowMs = (): number => performance.now();
  return new InstanceNetworks({
    neutron,
    facts: new NetworkFacts({ neutron, ovsBridge: options.ovs_bridge, nowMs }),
    extensions: createExtensions(neutron, {
      nowMs,
      knownForMs: () => live.current.neutron.extension_sync_interval * 1000,
    }),
    host: DEFAULT.host,
    shares: createShares(rest.placement),
    nodeUuid,
    ports: new HostPorts({
      statePath: DEFAULT.state_path,
      settings: {
        ovsdbConnection: ovs.ovsdb_connection ?? null,
        get wiringTimeoutSeconds() {
          return Math.min(live.current.DEFAULT.vif_plugging_timeout, LONGEST_WIRING_S);
        },
      },
      runner: createPlanRunner(observer),
    }),
    log,
  });
}
