import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { tables } from '../../../src/config/tables.js';

/** Options of nova-compute whose part of the service is not there yet. An option leaves this list with its use. */
const waiting = new Set([
  ...['my_block_storage_ip', 'long_rpc_timeout', 'executor_thread_pool_size', 'default_availability_zone'],
  ...['volume_usage_poll_interval'],
  ...['block_device_allocate_retries_interval', 'block_device_allocate_retries', 'network_allocate_retries'],
  'reimage_timeout_per_gb',
  ...['max_concurrent_live_migrations', 'max_concurrent_disk_ops', 'max_local_block_devices'],
  ...['allow_resize_to_same_host', 'default_access_ip_network_name'],
  ...['non_inheritable_image_properties', 'password_length'],
  ...['notify_on_state_change', 'default_level', 'consecutive_build_service_disable_threshold'],
  ...['provider_config_location', 'disable_compute_service_check_for_ffu'],
  ...['reserve_disk_resource_for_image_cache', 'domain_name', 'domain_id', 'trust_id'],
  ...['catalog_info', 'endpoint_template', 'os_region_name', 'cross_az_attach'],
]);

/** Read by the configuration itself, or given so that operators can write what they always wrote. */
const elsewhere = new Set(['auth_section', 'auth_type']);

describe('every option of the tables', () => {
  it('has an effect: some part of the service reads it', () => {
    const source = sourceOutside('config');
    const names = new Set(Object.values(tables).flatMap(({ options }) => Object.keys(options)));
    const idle = [...names].filter((name) => !new RegExp(`\\b${name}\\b`).test(source));
    assert.deepEqual(
      idle.filter((name) => !waiting.has(name) && !elsewhere.has(name)),
      [],
    );
  });
});

/** All of src but one room, without comments. */
function sourceOutside(room: string): string {
  const src = new URL('../../../src/', import.meta.url).pathname;
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' });
  const wanted = files.filter((file) => file.endsWith('.ts') && !file.startsWith(room + path.sep));
  return wanted
    .map((file) => readFileSync(path.join(src, file), 'utf8').replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, ''))
    .join('\n');
}
