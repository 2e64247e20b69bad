import { deepEqual, equal } from 'node:assert/strict';
import type { ImageFacts } from '../../../../src/compute/ports/images.js';
import { expectedHash, imageName, referenceOf, stagingName } from '../../../../src/docker/images/reference.js';

const FACTS: ImageFacts = {
  id: 'D39989DA-e299-4c09-a4b9-e162cad8a37f',
  name: 'Ubuntu:latest',
  status: 'active',
  containerFormat: 'docker',
  diskFormat: 'raw',
  sizeBytes: 1,
  hashAlgo: 'sha512',
  hashValue: 'AB'.repeat(64),
  checksum: 'CD'.repeat(16),
  properties: {},
};

describe('docker/images: references', () => {
  it('are made of id and hash alone, and are what an engine takes', () => {
    const reference = referenceOf(imageName(FACTS.id, expectedHash(FACTS)));
    equal(reference, `nova-image/d39989da-e299-4c09-a4b9-e162cad8a37f:sha512-${'ab'.repeat(16)}`);
    const unverified = imageName(FACTS.id, undefined);
    equal(referenceOf(unverified), 'nova-image/d39989da-e299-4c09-a4b9-e162cad8a37f:unverified');
    equal(referenceOf(stagingName(unverified)), 'nova-image/d39989da-e299-4c09-a4b9-e162cad8a37f:loading-unverified');
  });

  const old = { ...FACTS, hashAlgo: null, hashValue: null };
  const rows: [string, ImageFacts, ReturnType<typeof expectedHash>][] = [
    ['the multihash', FACTS, { algorithm: 'sha512', hex: 'ab'.repeat(64) }],
    ['the MD5 of an old image', old, { algorithm: 'md5', hex: 'cd'.repeat(16) }],
    ['the MD5 for an unknown algorithm', { ...FACTS, hashAlgo: 'whirl' }, { algorithm: 'md5', hex: 'cd'.repeat(16) }],
    ['none', { ...old, checksum: null }, undefined],
  ];
  for (const [what, facts, expected] of rows) {
    it(`takes ${what}`, () => {
      deepEqual(expectedHash(facts), expected);
    });
  }
});
