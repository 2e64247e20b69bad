import { deepEqual } from 'node:assert/strict';
import type { ContainerKey } from '../../../../src/compute/ports/containers.js';
import { createHandlers } from '../../../../src/compute/manager.js';
import { create } from '../../../../src/objects/index.js';
import { fakeParts, makeInstance, makeRequest } from '../parts.js';

describe('compute/verbs: terminate', () => {
  it('tells the host that the server goes before its containers do, and then takes away what is left', async () => {
    const fake = fakeParts();
    const order: string[] = [];
    fake.networks.leave.callsFake(() => Promise.resolve(order.push('leave')));
    fake.containers.remove.callsFake(({ role }: ContainerKey) => Promise.resolve(order.push(`container ${role}`)));
    fake.networks.deallocate.callsFake(() => Promise.resolve(order.push('deallocate')));
    fake.conductor.instances.destroy.callsFake(() => Promise.resolve(order.push('row')));
    const args = { instance: makeInstance(), bdms: create('BlockDeviceMappingList', { objects: [] }) };
    await createHandlers(fake.parts).get('terminate_instance')?.(makeRequest('terminate_instance', args));
    const containers = ['container incoming', 'container former', 'container main'];
    deepEqual(order, ['container rescue', 'leave', ...containers, 'deallocate', 'row']);
  });
});
