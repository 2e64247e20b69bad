import { option, type Section } from '../option.js';
import { list } from '../values/containers.js';
import { boolean, integer, string } from '../values/scalars.js';
import { adapterOptions, authOptions, sessionOptions } from './keystone.js';

const retries = (service: string) =>
  option(integer({ min: 0 }), {
    default: 3,
    reloadable: true,
    help: `How often a request to ${service} is tried again.`,
  });

/** nova/conf/placement.py */
export const placement = {
  help: 'Placement, where this host publishes its resources.',
  options: { ...authOptions, ...sessionOptions, ...adapterOptions('placement') },
} satisfies Section;

/** nova/conf/neutron.py */
export const neutron = {
  help: 'Neutron, which owns the ports of instances.',
  options: {
    ...authOptions,
    ...sessionOptions,
    ...adapterOptions('network'),
    ovs_bridge: option(string(), { default: 'br-int', help: 'Open vSwitch bridge for ports that do not name one.' }),
    extension_sync_interval: option(integer({ min: 0 }), {
      default: 600,
      reloadable: true,
      help: 'Seconds for which the list of extensions of Neutron is trusted.',
    }),
    http_retries: retries('Neutron'),
  },
} satisfies Section;

/** nova/conf/glance.py */
export const glance = {
  help: 'Glance, which holds the images.',
  options: {
    ...sessionOptions,
    insecure: { ...sessionOptions.insecure, oldNames: [{ name: 'api_insecure' }] },
    cafile: { ...sessionOptions.cafile, oldNames: [{ group: 'ssl', name: 'ca_file' }] },
    certfile: { ...sessionOptions.certfile, oldNames: [{ group: 'ssl', name: 'cert_file' }] },
    keyfile: { ...sessionOptions.keyfile, oldNames: [{ group: 'ssl', name: 'key_file' }] },
    ...adapterOptions('image'),
    api_servers: option(list(), {
      help: 'Addresses of Glance to use by turns, instead of the catalogue. Deprecated in Nova: use endpoint_override.',
    }),
    num_retries: retries('Glance'),
  },
} satisfies Section;

/** nova/conf/cinder.py */
export const cinder = {
  help: 'Cinder, which owns the volumes.',
  options: {
    ...authOptions,
    ...sessionOptions,
    catalog_info: option(string(/^\w+:\w*:.*$/), {
      default: 'volumev3::publicURL',
      help: 'Where Cinder stands in the catalogue: type:name:interface.',
    }),
    endpoint_template: option(string(), {
      help: 'Address to use instead of the one in the catalogue; %(project_id)s in it is replaced.',
    }),
    os_region_name: option(string(), { help: 'Region of the endpoint.' }),
    http_retries: retries('Cinder'),
    cross_az_attach: option(boolean(), {
      default: true,
      help: 'Let a volume be attached to an instance in another availability zone.',
      idle: 'nova-api decides it',
    }),
  },
} satisfies Section;

/** nova/conf/service_token.py */
export const serviceUser = {
  help: "The user whose token goes along with a user's own, so that long work outlives the latter.",
  options: {
    ...authOptions,
    ...sessionOptions,
    send_service_user_token: option(boolean(), {
      default: false,
      help: "Send the service user's token along.",
    }),
  },
} satisfies Section;
