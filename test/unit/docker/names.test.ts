import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { containerName, parseContainerName } from '../../../src/docker/names.js';
import { UUID } from './plans.js';

describe('docker/names', () => {
  it('names a container after its instance and role', () => {
    equal(containerName({ instanceUuid: UUID, role: 'main' }), `nova-${UUID}`);
    equal(containerName({ instanceUuid: UUID, role: 'rescue' }), `nova-${UUID}-rescue`);
  });

  it('reads back what it wrote, with and without the slash of the engine', () => {
    const role = fc.constantFrom('main' as const, 'rescue' as const, 'incoming' as const);
    fc.assert(
      fc.property(fc.uuid(), role, (instanceUuid, wanted) => {
        const key = { instanceUuid, role: wanted };
        deepEqual(parseContainerName(containerName(key)), key);
        deepEqual(parseContainerName(`/${containerName(key)}`), key);
      }),
    );
  });

  for (const name of [
    'web',
    'nova-',
    `nova-${UUID}x`,
    `nova-${UUID}_vol`,
    `x-nova-${UUID}`,
    `nova-${UUID}-other`,
    '',
  ]) {
    it(`takes no other for its own: ${name}`, () => {
      equal(parseContainerName(name), undefined);
    });
  }
});
