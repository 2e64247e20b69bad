import { deepEqual, equal, match, notDeepEqual } from 'node:assert/strict';
import type { ImageFacts } from '../../../../src/compute/ports/images.js';
import {
  digestName,
  expectedHash,
  imageName,
  ourName,
  referenceOf,
  stagingName,
  tagName,
} from '../../../../src/docker/images/reference.js';

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

  it("reads its own names back, and nobody else's", () => {
    const name = imageName('ID', { algorithm: 'md5', hex: 'ab' });
    deepEqual(ourName(referenceOf(name)), { reference: 'nova-image/id:md5-ab', isStaging: false });
    deepEqual(ourName(referenceOf(stagingName(name))), { reference: 'nova-image/id:md5-ab', isStaging: true });
    for (const foreign of ['ubuntu:latest', 'nova-image:x', 'nova-image/id', 'x/nova-image/id:y', '<none>:<none>']) {
      equal(ourName(foreign), undefined);
    }
  });

  it('calls what comes from a registry by its bytes, or by the tag that named them', () => {
    const digest = `sha256:${'0a'.repeat(32)}`;
    equal(referenceOf(digestName('ID', digest)), `nova-image/id:digest-sha256-${'0a'.repeat(16)}`);
    const one = tagName('id', 'registry.example/app:1');
    const other = tagName('id', 'registry.example/app:2');
    match(referenceOf(one), /^nova-image\/id:tag-[0-9a-f]{32}$/);
    notDeepEqual(one, other);
  });
});
