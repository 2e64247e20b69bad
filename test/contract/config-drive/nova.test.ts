import { deepEqual, equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { driveFiles } from '../../../src/config-drive/documents/drive.js';
import type { DriveFacts } from '../../../src/config-drive/facts.js';
import { facts, SETTINGS, VIFS } from '../../unit/config-drive/facts.js';

const ORACLE = new URL('nova_drive.py', import.meta.url).pathname;

const CASES: readonly DriveFacts[] = [
  facts(),
  facts({
    metadata: { role: 'db', 'docker:env:A': 'ü' },
    keyName: 'me',
    keyData: 'ssh-rsa A',
    keypair: { name: 'me', type: 'ssh', publicKey: 'ssh-rsa A' },
    userData: Buffer.from('#!/bin/sh\n\xff', 'latin1').toString('base64'),
    adminPassword: 'pw',
    files: [{ path: '/etc/motd', data: 'aGVsbG8=' }],
  }),
  // A key that Nova does not know any more.
  facts({ keyName: 'gone', keyData: 'ssh-rsa B' }),
  ...Object.values(VIFS).map((vifs) => facts({ vifs })),
];

type Files = Readonly<Record<string, string>>;

/** Values as they are, JSON as what it says; the seed is random in Nova. */
function comparable(path: string, data: Buffer): unknown {
  if (!path.endsWith('.json')) return data.toString('base64');
  const { random_seed: seed, ...others } = JSON.parse(data.toString()) as Record<string, unknown>;
  return { ...others, hasSeed: typeof seed };
}

describe("config drives are Nova's own", function () {
  let theirs: readonly Files[];

  before(function () {
    const input = JSON.stringify(CASES.map((one) => ({ facts: one, settings: SETTINGS })));
    const { status, stdout, stderr } = spawnSync('/usr/bin/python3', [ORACLE], { input, maxBuffer: 2 ** 26 });
    if (stderr.includes("No module named 'nova'")) {
      console.log('      skipped: Nova is not installed');
      this.skip();
    }
    equal(status, 0, stderr.toString());
    theirs = JSON.parse(stdout.toString()) as readonly Files[];
  });

  CASES.forEach((one, index) => {
    it(`file by file, for case ${index + 1}`, () => {
      const ours = new Map(driveFiles(one, SETTINGS, {}).map(({ path, data }) => [path, data]));
      const nova = theirs[index] ?? {};
      deepEqual([...ours.keys()].sort(), Object.keys(nova).sort());
      for (const [path, data] of ours) {
        deepEqual(comparable(path, data), comparable(path, Buffer.from(nova[path] ?? '', 'base64')), path);
      }
    });
  });
});
