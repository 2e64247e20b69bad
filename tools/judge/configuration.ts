import { iniText, type Ini } from '../plane/ini.js';
import { endpoint, type Plane } from '../plane/plane.js';
import { Rest } from '../plane/openstack/rest.js';
import { FILTERS, GUARANTEED, type Lab } from './lab.js';

export interface Guests {
  readonly imageId: string;
  readonly otherImageId: string;
}

export interface Setting {
  readonly guests: Guests;
  readonly lab: Lab;
  readonly lockPath: string;
}

/** tempest.conf for a plane: what is there, what the service can do, and how guests are reached. */
export async function tempestConf(plane: Plane, { guests, lab, lockPath }: Setting): Promise<string> {
  const rest = new Rest(plane, 'admin');
  const { networks } = await rest.get<{ networks: { id: string; name: string }[] }>('network', '/networks');
  const { extensions } = await rest.get<{ extensions: { alias: string }[] }>('network', '/extensions');
  const outer = networks.find(({ name }) => name === 'public')?.id ?? '';
  const ini: Ini = {
    DEFAULT: { log_file: 'tempest.log', debug: true },
    oslo_concurrency: { lock_path: lockPath },
    auth: {
      use_dynamic_credentials: true,
      create_isolated_networks: true,
      admin_username: 'admin',
      admin_password: plane.secrets.admin,
      admin_project_name: 'admin',
      admin_domain_name: 'Default',
    },
    identity: { uri_v3: endpoint(plane, 'keystone', '/v3'), auth_version: 'v3', region: 'RegionOne' },
    'identity-feature-enabled': { api_v2: false, api_v3: true },
    compute: {
      image_ref: guests.imageId,
      image_ref_alt: guests.otherImageId,
      flavor_ref: lab.flavorId,
      flavor_ref_alt: lab.largerFlavorId,
      min_compute_nodes: plane.hosts.length,
      min_microversion: '2.1',
      max_microversion: 'latest',
      hypervisor_type: 'docker',
      shelved_offload_time: 0,
    },
    'compute-feature-enabled': {
      ...Object.fromEntries(FEATURES.map((name) => [name, true])),
      shelve_migrate: plane.hosts.length > 1,
      cold_migration: plane.hosts.length > 1,
      ...Object.fromEntries(MISSING.map((name) => [name, false])),
      scheduler_enabled_filters: FILTERS.join(','),
    },
    network: { public_network_id: outer, floating_network_name: 'public', project_network_cidr: '10.100.0.0/16' },
    'network-feature-enabled': {
      api_extensions: extensions.map(({ alias }) => alias).join(','),
      floating_ips: true,
      ipv6: true,
      ipv6_subnet_attributes: true,
      port_security: true,
      port_admin_state_change: true,
      qos_placement_physnet: GUARANTEED.physicalNetwork,
      provider_net_base_segmentation_id: GUARANTEED.vlans[0],
      qos_min_bw_and_pps: true,
    },
    placement: { min_microversion: '1.0', max_microversion: 'latest' },
    validation: {
      run_validation: true,
      connect_method: 'floating',
      image_ssh_user: 'root',
      image_alt_ssh_user: 'root',
      ssh_shell_prologue: 'set -eu;',
      ssh_key_type: 'ecdsa',
    },
    service_available: { neutron: true, glance: true, nova: true, cinder: false, swift: false, horizon: false },
    scenario: { img_disk_format: 'raw', img_container_format: 'docker', dhcp_client: 'udhcpc' },
  };
  return `${iniText(ini)}\n`;
}

/** What the service does. */
const FEATURES = [
  'pause',
  'suspend',
  'shelve',
  'resize',
  'rescue',
  // What is rescued keeps its place in any case: it is a folder.
  'stable_rescue',
  // Refusals of live migration are Nova's, and tested; those that move a server are in the skip list.
  'live_migration',
  'snapshot',
  'interface_attach',
  'console_output',
  'serial_console',
  'config_drive',
  'personality',
  'change_password',
  'metadata_service',
  'hostname_fqdn_sanitization',
  // Tempest calls writable metadata of servers that; Nova has it with every driver.
  'xenapi_apis',
] as const;

/** What a container cannot have: a frame buffer, buses of disks. */
const MISSING = ['vnc_console', 'spice_console', 'rdp_console', 'ide_bus'] as const;

/** Without what is secret, and without where this checkout is. */
export function shown(conf: string): string {
  return conf.replace(/^(\w*password = )(?!true$|false$).*$/gm, '$1...').replace(/^(lock_path = ).*$/gm, '$1...');
}
