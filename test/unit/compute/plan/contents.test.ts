import { deepEqual, equal, throws } from 'node:assert/strict';
import { injectedContents, keyContent, readInjectedFiles } from '../../../../src/compute/plan/contents.js';

const TAKEN = [
  { hostPath: '/s/hosts', guestPath: '/etc/hosts' },
  { hostPath: '/s/drive', guestPath: '/config-drive' },
];

function pathOf(path: string): string | undefined {
  return injectedContents([{ path, data: Buffer.from('x') }], TAKEN)[0]?.guestPath;
}

describe('compute/plan: files that users bring', () => {
  it('come as path and base 64', () => {
    const files = readInjectedFiles({
      injected_files: [
        ['/etc/motd', 'aGVs\nbG8='],
        ['empty', ''],
      ],
    });
    deepEqual(
      files.map(({ path, data }) => [path, data.toString()]),
      [
        ['/etc/motd', 'hello'],
        ['empty', ''],
      ],
    );
    deepEqual(readInjectedFiles({ injected_files: null }), []);
    deepEqual(readInjectedFiles({}), []);
  });

  for (const [what, one] of [
    ['no base 64', ['/a', 'a"b']],
    ['no text', ['/a', 7]],
    ['no pair', 'x'],
  ] as const) {
    it(`are refused when it is ${what}`, () => {
      throws(() => readInjectedFiles({ injected_files: [one] }), { kind: 'Invalid', message: /Invalid Base 64 data/ });
    });
  }

  for (const [path, guestPath] of [
    ['/etc/motd', '/etc/motd'],
    ['etc/motd', '/etc/motd'],
    ['//etc/./motd', '/etc/motd'],
    ['/etc/hosts.allow', '/etc/hosts.allow'],
    ['/config-drive2', '/config-drive2'],
  ]) {
    it(`${path} stands at ${guestPath}`, () => {
      equal(pathOf(path ?? ''), guestPath);
    });
  }

  for (const path of [
    '',
    '/',
    '/a/',
    '../a',
    '/a/../../b',
    '/a\0b',
    '/etc/hosts',
    '/config-drive/openstack/x',
    'etc/hosts',
  ]) {
    it(`refuses ${JSON.stringify(path)}, with the path`, () => {
      throws(() => pathOf(path), { kind: 'Invalid', message: /can't be put into it/ });
    });
  }

  it('puts a key behind those that are there, as sshd wants it', () => {
    const { guestPath, data, mode, directoryMode, append } = keyContent(' ssh-ed25519 AAAA me \n');
    equal(guestPath, '/root/.ssh/authorized_keys');
    equal(data.toString(), 'ssh-ed25519 AAAA me\n');
    deepEqual([mode, directoryMode, append], [0o600, 0o700, true]);
  });
});
