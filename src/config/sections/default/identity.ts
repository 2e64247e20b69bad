import { option } from '../../option.js';
import { hostAddress } from '../../values/addresses.js';
import { string } from '../../values/scalars.js';

/** Who this service is and where it keeps its things (nova/conf/netconf.py, paths.py, release 26). */
export const identity = {
  host: option(hostAddress({ underscores: true }), {
    default: (facts) => facts.hostname,
    sampleDefault: '<current_hostname>',
    help:
      'Name of this compute host: its queue on the broker, its row among the services, the host to which Neutron ' +
      'binds ports. It must be the name that the Neutron agent on this machine uses, and must not change.',
  }),
  my_ip: option(string(), {
    default: (facts) => facts.ipv4,
    sampleDefault: '<host_ipv4>',
    help: 'Address of this machine on the management network.',
  }),
  my_block_storage_ip: option(string(), {
    default: '$my_ip',
    help: 'Address of this machine on the network on which volumes are reached.',
    idle: 'this service attaches no volumes',
  }),
  state_path: option(string(), {
    default: '/var/lib/nova',
    help:
      'Directory for what the service has to remember over a restart. Exactly one process may use it; a second one ' +
      'refuses to start. (The Python nova-compute defaults to its own code directory; packages set this path.)',
  }),
};
