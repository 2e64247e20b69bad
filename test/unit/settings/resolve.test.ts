import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { ServiceError } from '../../../src/errors/kinds.js';
import { SETTING_NAMES, settingOf } from '../../../src/settings/catalogue.js';
import { parsePolicy } from '../../../src/settings/policy.js';
import type { SettingTexts } from '../../../src/settings/written.js';
import { resolved } from './shipped.js';

describe('settings: who may set what', () => {
  it('is nothing for an instance of which nothing is set', () => {
    deepEqual(resolved({ flavor: { 'hw:numa_nodes': '1' }, image: { os_type: 'linux' }, metadata: { a: 'b' } }), {
      values: {},
      origins: [],
    });
  });

  it('takes Nova’s own names', () => {
    const { values } = resolved({
      flavor: { 'hw:cpu_policy': 'dedicated', 'quota:cpu_shares': '512', 'quota:pids_limit': '7' },
      image: { os_command_line: 'httpd -f', os_shutdown_timeout: '30' },
    });
    deepEqual(values, {
      cpu_policy: 'dedicated',
      cpu_shares: 512,
      pids_limit: 7,
      command: ['httpd', '-f'],
      stop_timeout: 30,
    });
    deepEqual(resolved({ image: { os_command_line: 'a', docker_command: 'b' } }).values.command, ['b']);
  });

  it('lets the flavor go first, then the server, then its image, member by member', () => {
    const { values, origins } = resolved({
      flavor: { 'docker:env:A': 'flavor' },
      image: { docker_env_A: 'image', docker_env_B: 'image', docker_env_C: 'image', docker_user: 'image' },
      metadata: { 'docker:env:A': 'metadata', 'docker:env:B': 'metadata' },
    });
    deepEqual(values, { env: { A: 'flavor', B: 'metadata', C: 'image' }, user: 'image' });
    deepEqual(
      origins.find(({ member }) => member === 'A'),
      {
        name: 'env',
        member: 'A',
        source: 'flavor',
        key: 'docker:env:A',
        overrides: [
          { source: 'metadata', key: 'docker:env:A' },
          { source: 'image', key: 'docker_env_A' },
        ],
      },
    );
  });

  it('takes blank as not set, save for a variable', () => {
    deepEqual(resolved({ metadata: { 'docker:user': ' ', 'docker:env:A': '' } }).values, { env: { A: '' } });
  });

  it('leaves alone what the service itself wrote, and what only looks like ours', () => {
    deepEqual(resolved({ metadata: { 'docker:exit': 'exit code 1' } }).values, {});
    deepEqual(resolved({ image: { docker_image: 'docker.io/library/nginx', docker_build_id: '7' } }).values, {});
  });

  const refusals: [what: string, texts: Partial<SettingTexts>, message: RegExp][] = [
    [
      'a slip in metadata',
      { metadata: { 'docker:comand': 'x' } },
      /docker:comand in the server's metadata.*did you mean docker:command\?/,
    ],
    ['a slip in an image', { image: { docker_entrypiont: 'x' } }, /docker_entrypiont in the image.*docker_entrypoint/],
    ['an unknown setting', { flavor: { 'docker:zzz': 'x' } }, /docker:zzz in the flavor: there is no such setting/],
    ['a family without a member', { flavor: { 'docker:env': 'x' } }, /docker:env in the flavor/],
    ['a member of no family', { flavor: { 'docker:user:x': 'x' } }, /docker:user:x in the flavor/],
    ['a runtime of a tenant', { metadata: { 'docker:runtime': 'kata' } }, /can be set in the flavor only/],
    [
      'privileges of an image',
      { image: { docker_privileged: 'true' } },
      /docker_privileged in the image.*the flavor only/,
    ],
    [
      'it though the flavor says the same',
      { flavor: { 'docker:runtime': 'a' }, image: { docker_runtime: 'a' } },
      /docker_runtime/,
    ],
    ['a capability of a server', { metadata: { 'docker:cap_add': 'CHOWN' } }, /can be set in the flavor only/],
    ['a capability of an image', { image: { docker_cap_add: 'CHOWN' } }, /can be set in the flavor only/],
    ['new privileges', { image: { docker_no_new_privileges: 'false' } }, /allowed: true/],
    [
      'devices by variable',
      { metadata: { 'docker:env:NVIDIA_VISIBLE_DEVICES': 'all' } },
      /NVIDIA_VISIBLE_DEVICES is forbidden/,
    ],
    [
      'a tmpfs that is too large',
      { metadata: { 'docker:tmpfs': '/a:size=600m /b:size=600m' } },
      /at most 1g is allowed/,
    ],
    ['a limit that is too high', { metadata: { 'docker:ulimit:nofile': '1:2000000' } }, /at most 1048576 is allowed/],
    ['an endless limit', { metadata: { 'docker:ulimit:nofile': 'unlimited' } }, /at most 1048576/],
    ['a limit that is the flavor’s', { image: { docker_ulimit_rtprio: '99' } }, /the flavor only/],
    [
      'a kernel parameter',
      { metadata: { 'docker:sysctl:net.ipv4.ip_forward': '1' } },
      /net.ipv4.ip_forward is not among/,
    ],
    ['a check too often', { metadata: { 'docker:healthcheck_interval': '10ms' } }, /at least 1s is allowed/],
    [
      'a kernel module by way of a parameter',
      { metadata: { 'docker:sysctl:net.ipv4.tcp_congestion_control': 'dctcp' } },
      /tcp_congestion_control is forbidden/,
    ],
    ['a label', { image: { 'docker_label_traefik.enable': 'true' } }, /can be set in the flavor only/],
    [
      'CPUs that the scheduler does not know of',
      { flavor: { 'docker:cpu_policy': 'dedicated' } },
      /it is called hw:cpu_policy, so that the scheduler knows/,
    ],
    ['such CPUs of an image', { image: { docker_cpu_policy: 'dedicated' } }, /it is called hw_cpu_policy/],
    ['such CPUs of a server', { metadata: { 'docker:cpu_policy': 'dedicated' } }, /it is called hw:cpu_policy/],
    ['two at once', { metadata: { 'docker:init': 'x', 'docker:privileged': '1' } }, /docker:init.*; docker:privileged/],
  ];
  for (const [what, texts, message] of refusals) {
    it(`refuses ${what}`, () => {
      throws(
        () => resolved(texts),
        (error) => {
          ok(error instanceof ServiceError);
          equal(error.kind, 'Invalid');
          equal(error.nova?.name, 'InstanceUnacceptable');
          match(error.message, message);
          return true;
        },
      );
    });
  }

  it('binds tenants only', () => {
    const { values } = resolved({ flavor: { 'docker:tmpfs': '/a:size=4g', 'docker:cap_add': 'SYS_ADMIN' } });
    equal(values.tmpfs?.[0]?.sizeBytes, 4 * 2 ** 30);
    deepEqual(values.cap_add, ['SYS_ADMIN']);
  });

  it('gives tenants of what a policy opens to them the harmless part, as far as it says', () => {
    const text = '[cap_add]\nset_by = metadata\nallowed = CHOWN, SYS_ADMIN';
    const add = (names: string) => resolved({ metadata: { 'docker:cap_add': names } }, parsePolicy(text, 'p'));
    deepEqual(add('cap_chown').values.cap_add, ['CHOWN']);
    throws(() => add('CHOWN SYS_ADMIN'), /only a flavor may say that; allowed: .*NET_RAW/);
    throws(() => add('ALL'), /only a flavor may say that/);
    throws(() => add('NET_RAW'), /NET_RAW is not among CHOWN/);
  });

  it('never repeats a value', () => {
    throws(
      () =>
        resolved({ metadata: { 'docker:env:A': 'hunter2\0', 'docker:init': 'hunter2', 'docker:command': '"hunter2' } }),
      (error: Error) => !error.message.includes('hunter2'),
    );
  });

  it('lets nobody set what is not in the policy', () => {
    throws(() => resolved({ flavor: { 'docker:user': 'x' } }, parsePolicy('', 'p')), /this host lets nobody set it/);
  });

  it('never gives tenants what reaches the host, whatever the policy says', () => {
    const open = SETTING_NAMES.filter((name) => settingOf(name).reach === 'anybody');
    const policy = parsePolicy(open.map((name) => `[${name}]\nset_by = flavor image metadata`).join('\n'), 'p');
    const attempts: Record<string, string>[] = [
      { 'docker:privileged': 'true' },
      { 'docker:device': '/dev/sda' },
      { 'docker:runtime': 'nvidia' },
      { 'docker:oom_score_adj': '-1000' },
      { 'docker:cap_add': 'SYS_ADMIN' },
      { 'docker:cap_add': 'MKNOD' },
      { 'docker:no_new_privileges': 'false' },
      { 'docker:ulimit:rtprio': '99' },
    ];
    for (const metadata of attempts) throws(() => resolved({ metadata }, policy), /refused/, JSON.stringify(metadata));
  });
});
