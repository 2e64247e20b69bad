import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { openPlane, type OpenPlane } from '../../../tools/plane/open.js';
import { until } from '../../../tools/plane/machine/wait.js';
import type { Rest } from '../../../tools/plane/openstack/rest.js';

interface Hypervisor {
  readonly id: string;
  readonly vcpus_used: number;
  readonly memory_mb_used: number;
  readonly local_gb_used: number;
  readonly running_vms: number;
  readonly hypervisor_type: string;
  readonly hypervisor_version: number;
  readonly cpu_info: { readonly arch: string; readonly topology: { readonly sockets: number } };
  readonly service: { readonly host: string };
}

/** This project's service in a real plane: what Nova and Placement show of its node. */
describe('resources of a running service', function () {
  let plane: OpenPlane;
  let rest: Rest;
  const signal = new AbortController().signal;

  before(function () {
    plane = openPlane();
    if (plane.plane.compute !== 'docker') this.skip();
    rest = plane.rest();
  });

  async function hypervisor(): Promise<Hypervisor> {
    const { hypervisors } = await rest.get<{ hypervisors: Hypervisor[] }>('compute', '/os-hypervisors/detail', {
      microversion: '2.87',
    });
    return hypervisors.find(({ service }) => service.host === plane.host) ?? assert.fail('no hypervisor');
  }

  async function providerTraits(uuid: string): Promise<readonly string[]> {
    const path = `/resource_providers/${uuid}/traits`;
    return (await rest.get<{ traits: string[] }>('placement', path, { microversion: '1.28' })).traits;
  }

  /** A server without a network, ACTIVE. */
  async function boot(name: string): Promise<string> {
    const { images } = await rest.get<{ images: { id: string }[] }>('image', '/images?name=busybox');
    const server = { name, imageRef: images[0]?.id, flavorRef: '1', networks: 'none' };
    const microversion = '2.87';
    const made = await rest.post<{ server: { id: string } }>('compute', '/servers', { server }, { microversion });
    await until(
      async () => {
        const shown = await rest.get<{ server: { status: string } }>('compute', `/servers/${made.server.id}`);
        assert.notEqual(shown.server.status, 'ERROR');
        return shown.server.status === 'ACTIVE';
      },
      { what: 'the server to be ACTIVE', signal },
    );
    return made.server.id;
  }

  async function remove(server: string): Promise<void> {
    await rest.ask({ api: 'compute', method: 'DELETE', path: `/servers/${server}` });
    await until(
      async () => (await rest.ask({ api: 'compute', path: `/servers/${server}`, accept: [404] })).status === 404,
      { what: 'the server to be gone', signal },
    );
  }

  it('is a hypervisor with an uptime', async () => {
    const node = await hypervisor();
    assert.equal(node.hypervisor_type, 'docker');
    assert.ok(node.hypervisor_version > 1_000_000);
    assert.ok(node.cpu_info.topology.sockets > 0);
    const path = `/os-hypervisors/${node.id}/uptime`;
    const told = await rest.get<{ hypervisor: { uptime: string } }>('compute', path, { microversion: '2.87' });
    assert.match(told.hypervisor.uptime, /^\s*\S+ up .+, {2}0 users, {2}load average: /);
  });

  it('counts a server soon after its boot, and no more after its deletion', async () => {
    const before = await hypervisor();
    const server = await boot('counted');
    const grown = await until(
      async () => {
        const now = await hypervisor();
        return now.running_vms === before.running_vms + 1 ? now : undefined;
      },
      { what: 'the server to be counted', signal },
    );
    assert.deepEqual(
      [
        grown.vcpus_used - before.vcpus_used,
        grown.memory_mb_used - before.memory_mb_used,
        grown.local_gb_used - before.local_gb_used,
      ],
      [1, 64, 1],
    );
    await remove(server);
    await until(async () => (await hypervisor()).running_vms === before.running_vms, {
      ...{ what: 'the server to be forgotten', signal },
    });
  });

  it('is marked in Placement while it is disabled', async () => {
    const { id } = await hypervisor();
    const { services } = await rest.get<{ services: { id: string; host: string; binary: string }[] }>(
      'compute',
      '/os-services',
      { microversion: '2.53' },
    );
    const service = services.find(({ host, binary }) => host === plane.host && binary === 'nova-compute');
    const set = async (status: 'enabled' | 'disabled') => {
      const path = `/os-services/${service?.id ?? ''}`;
      await rest.ask({ api: 'compute', method: 'PUT', path, body: { status }, microversion: '2.53' });
    };
    await set('disabled');
    try {
      assert.ok((await providerTraits(id)).includes('COMPUTE_STATUS_DISABLED'));
    } finally {
      await set('enabled');
    }
    assert.ok(!(await providerTraits(id)).includes('COMPUTE_STATUS_DISABLED'));
    // The audit of a new start must not go by a record that is older than the last word.
    const compute = plane.service('compute');
    await compute.restart();
    assert.ok(!(await providerTraits(id)).includes('COMPUTE_STATUS_DISABLED'));
  });

  it("keeps its identity over a crash, takes back what deleted servers held, and keeps an operator's trait", async () => {
    const { id } = await hypervisor();
    const server = await boot('leaves something behind');
    await remove(server);
    const body = {
      allocations: { [id]: { resources: { VCPU: 1 } } },
      ...{ project_id: 'p', user_id: 'u', consumer_generation: null },
    };
    const microversion = '1.28';
    const held = `/allocations/${server}`;
    await rest.ask({ api: 'placement', method: 'PUT', path: held, body, microversion });
    await rest.ask({ api: 'placement', method: 'PUT', path: '/traits/CUSTOM_GOLD', microversion });
    const path = `/resource_providers/${id}/traits`;
    const now = await rest.get<{ traits: string[]; resource_provider_generation: number }>('placement', path, {
      microversion,
    });
    const traits = { ...now, traits: [...now.traits, 'CUSTOM_GOLD'] };
    await rest.ask({ api: 'placement', method: 'PUT', path, body: traits, microversion });

    const compute = plane.service('compute');
    await compute.kill();
    await compute.start();
    await until(
      async () => {
        const left = await rest.get<{ allocations: object }>('placement', held, { microversion });
        return Object.keys(left.allocations).length === 0;
      },
      { what: 'the allocation to be removed', signal },
    );
    assert.equal((await hypervisor()).id, id);
    assert.ok((await providerTraits(id)).includes('CUSTOM_GOLD'));
  });

  it('starts while Placement is away', async () => {
    const [compute, placement] = [plane.service('compute'), plane.service('placement')];
    await compute.kill();
    await placement.kill();
    try {
      await compute.start();
      assert.ok(
        readFileSync(compute.logFile, 'utf8').includes('The node could not be published; the next audit tries again'),
      );
    } finally {
      await placement.start();
    }
    await remove(await boot('after all'));
  });
});
