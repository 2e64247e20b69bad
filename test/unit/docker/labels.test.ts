import { deepEqual, equal } from 'node:assert/strict';
import { LABEL, containerLabels, ownerOf } from '../../../src/docker/labels.js';
import { UUID } from './plans.js';

const key = { instanceUuid: UUID, role: 'main' } as const;
const labels = containerLabels(key, { projectId: 'p' }, { host: 'h', imageLabels: {} });

describe('docker/labels', () => {
  it('overwrites and blanks what an image brings under our prefix, and leaves the rest', () => {
    const imageLabels = { [LABEL.host]: 'other', 'org.openstack.nova.adopt': 'yes', vendor: 'x' };
    const made = containerLabels(key, { projectId: 'p' }, { host: 'h', imageLabels });
    deepEqual(made, { ...labels, 'org.openstack.nova.adopt': '' });
  });

  it('knows its own by name, labels and host together', () => {
    deepEqual(ownerOf(`/nova-${UUID}`, labels, 'h'), key);
    equal(ownerOf(`nova-${UUID}`, labels, 'h2'), undefined);
    equal(ownerOf(`nova-${UUID}-rescue`, labels, 'h'), undefined);
    equal(ownerOf('web', labels, 'h'), undefined);
    equal(ownerOf(`nova-${UUID}`, {}, 'h'), undefined);
    equal(ownerOf(`nova-${UUID}`, null, 'h'), undefined);
    const other = UUID.replace('0a', '0b');
    equal(ownerOf(`nova-${other}`, labels, 'h'), undefined);
  });
});
