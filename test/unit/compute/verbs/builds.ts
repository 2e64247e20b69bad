import { createHandlers } from '../../../../src/compute/manager.js';
import { create, type Instance } from '../../../../src/objects/index.js';
import { HOST, makeInstance, makeRequest, type fakeParts } from '../parts.js';

export const ALTERNATE = { service_host: 'host-2' };

export function buildArgs(instance: Instance, special: Record<string, unknown> = {}): Record<string, unknown> {
  const none = create('NetworkRequest', { network_id: 'none' });
  return {
    instance,
    image: { id: 'image-1', name: 'busybox', container_format: 'docker', properties: {} },
    request_spec: null,
    filter_properties: { retry: { num_attempts: 1, hosts: [[HOST, HOST]] } },
    admin_password: 'secret',
    injected_files: [],
    requested_networks: create('NetworkRequestList', { objects: [none] }),
    security_groups: ['default'],
    host_list: [ALTERNATE],
    ...special,
  };
}

export const newborn = (): Instance =>
  makeInstance({ host: null, node: null, vm_state: 'building', task_state: 'scheduling' });

export async function build(
  fake: ReturnType<typeof fakeParts>,
  args: Record<string, unknown>,
  attempt = 1,
): Promise<unknown> {
  const handler = createHandlers(fake.parts).get('build_and_run_instance');
  return handler?.(makeRequest('build_and_run_instance', args, { attempt }));
}
