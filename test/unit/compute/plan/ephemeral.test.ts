import { deepEqual, equal } from 'node:assert/strict';
import { ephemeralDisks, ephemeralDisksOf, ephemeralGbInUse } from '../../../../src/compute/plan/ephemeral.js';
import { create, type BlockDeviceMapping, type Flavor } from '../../../../src/objects/index.js';
import { fakeParts, makeInstance, UUID } from '../parts.js';

const flavor = (gb: number): Flavor => create('Flavor', { ephemeral_gb: gb });
const device = (source: string, destination: string, format: string | null, gb: number | null): BlockDeviceMapping =>
  create('BlockDeviceMapping', {
    ...{ source_type: source, destination_type: destination, guest_format: format, volume_size: gb },
  });

const IMAGE = device('image', 'local', null, null);
const SWAP = device('blank', 'local', 'swap', 1);
const VOLUME = device('blank', 'volume', null, 5);
const [ONE, TWO] = [device('blank', 'local', null, 1), device('blank', 'local', 'ext4', 2)];

describe('compute/plan: ephemeral disks', () => {
  const rows: [what: string, gb: number, devices: readonly BlockDeviceMapping[], count: number, inUse: number][] = [
    ['none without any in the flavor', 0, [IMAGE, SWAP], 0, 0],
    ['one for the flavor', 4, [], 1, 4],
    ['neither swap nor image nor volume', 4, [IMAGE, SWAP, VOLUME], 1, 4],
    ['the one that nova-api made of the flavor', 1, [IMAGE, ONE], 1, 1],
    ['as many as were asked for', 4, [IMAGE, ONE, SWAP, TWO], 2, 3],
  ];
  for (const [what, gb, devices, count, inUse] of rows) {
    it(what, () => {
      deepEqual(ephemeralDisks(flavor(gb), devices), Array(count).fill('blank'));
      equal(ephemeralGbInUse(flavor(gb), devices), inUse);
    });
  }

  it('are looked up for a server that there is, if it has any', async () => {
    const { conductor } = fakeParts();
    const ofInstance = conductor.blockDevices.ofInstance;
    ofInstance.resolves([ONE, TWO]);
    const op = { conductor, instance: makeInstance() };
    deepEqual(await ephemeralDisksOf(op, flavor(3), 'carried'), ['carried', 'carried']);
    deepEqual(ofInstance.args, [[UUID]]);
    deepEqual(await ephemeralDisksOf(op, flavor(0)), []);
    equal(ofInstance.callCount, 1);
  });
});
