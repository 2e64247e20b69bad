import assert from 'node:assert/strict';
import type { EngineFacts } from '../../../src/compute/ports/engine-facts.js';
import { kindOf } from '../../../src/errors/kinds.js';
import { unobserved } from '../../../src/observe/calls.js';
import { cpuFacts, cpuTraits } from '../../../src/resources/cpu.js';
import { readHost, readUptime, type HostSources } from '../../../src/resources/host.js';
import { uptimeText } from '../../../src/resources/uptime.js';

const EPYC = ['0', '1']
  .map(
    (n) => `processor\t: ${n}
vendor_id\t: AuthenticAMD
cpu family\t: 25
model\t\t: 17
model name\t: AMD EPYC
physical id\t: 0
siblings\t: 2
core id\t\t: ${n}
cpu cores\t: 2
fpu\t\t: yes
flags\t\t: fpu sse4_2 pni avx512_vnni svm
bugs\t\t: sysret_ss_attrs`,
  )
  .join('\n\n');

const XEON = ['0', '0', '1', '1']
  .map(
    (socket, n) =>
      `processor : ${n}\nvendor_id : GenuineIntel\nmodel name : Xeon\nphysical id : ${socket}\nsiblings : 2\ncpu cores : 1\nflags : vmx aes`,
  )
  .join('\n\n');

const ARM = `processor\t: 0
BogoMIPS\t: 243.75
Features\t: fp asimd aes
CPU implementer\t: 0x41
CPU part\t: 0xd0c

processor\t: 1
Features\t: fp asimd aes
CPU implementer\t: 0x41
CPU part\t: 0xd0c
`;

const ENGINE: EngineFacts = {
  version: '26.1.5',
  apiVersion: '1.45',
  architecture: 'x86_64',
  operatingSystem: 'Debian GNU/Linux 13',
  kernelVersion: '6.12',
  cpus: 4,
  memoryBytes: 25276502016,
  rootDirectory: '/var/lib/docker',
  storageDriver: 'overlay2',
  runtimes: ['runc'],
  programs: {},
  cgroupVersion: '2',
  liveRestore: false,
  swapLimit: true,
};

function sources(changes: Partial<HostSources> = {}): HostSources {
  const files: Record<string, string> = {
    '/proc/cpuinfo': EPYC,
    '/proc/uptime': '93784.12 187000.00\n',
    '/proc/loadavg': '0.33 0.36 0.34 1/230 4711\n',
  };
  return {
    engine: () => Promise.resolve(ENGINE),
    readText: (path) => Promise.resolve(files[path] ?? assert.fail(path)),
    statfs: (path) => {
      assert.equal(path, '/var/lib/docker');
      return Promise.resolve({ bsize: 4096, blocks: 26214400, bavail: 13107200 });
    },
    now: () => new Date(2026, 0, 1, 7, 5, 3),
    observer: unobserved,
    ...changes,
  };
}

describe('resources host', () => {
  it("takes CPUs and memory from the engine, the disk from its root's file system", async () => {
    const facts = await readHost(sources());
    assert.deepEqual(
      [facts.cpus, facts.memoryMb, facts.diskGb, facts.diskFreeGb, facts.engineVersion, facts.storageDriver],
      [4, 24105, 100, 50, '26.1.5', 'overlay2'],
    );
  });

  it("says what to do when the engine's root can't be seen", async () => {
    const away = sources({ statfs: () => Promise.reject(new Error('ENOENT: no such file')) });
    await assert.rejects(readHost(away), (error: Error) => {
      assert.equal(kindOf(error), 'Unavailable');
      assert.match(
        error.message,
        /\/var\/lib\/docker can't be examined: ENOENT.*needs the same file system as dockerd/,
      );
      return true;
    });
  });

  it('reads the processor of a PC', () => {
    assert.deepEqual(cpuFacts(EPYC, 'x86_64'), {
      arch: 'x86_64',
      vendor: 'AMD',
      model: 'AMD EPYC',
      topology: { sockets: 1, cores: 2, threads: 1 },
      features: ['avx512_vnni', 'fpu', 'pni', 'sse4_2', 'svm'],
    });
  });

  it('counts sockets and threads', () => {
    assert.deepEqual(cpuFacts(XEON, 'amd64').topology, { sockets: 2, cores: 1, threads: 2 });
    assert.equal(cpuFacts(XEON, 'amd64').vendor, 'Intel');
    assert.equal(cpuFacts(XEON, 'amd64').arch, 'x86_64');
  });

  it('reads the processor of an ARM host, which tells less', () => {
    assert.deepEqual(cpuFacts(ARM, 'aarch64'), {
      arch: 'aarch64',
      vendor: '0x41',
      model: '0xd0c',
      topology: { sockets: 1, cores: 2, threads: 1 },
      features: ['aes', 'asimd', 'fp'],
    });
  });

  it('makes something of an empty file', () => {
    assert.deepEqual(cpuFacts('', 'riscv64').topology, { sockets: 1, cores: 1, threads: 1 });
  });

  it("names a PC's flags as traits, those that a container can use", () => {
    assert.deepEqual(cpuTraits(cpuFacts(EPYC, 'x86_64')), [
      'HW_CPU_X86_AVX512VNNI',
      'HW_CPU_X86_SSE3',
      'HW_CPU_X86_SSE42',
    ]);
    assert.deepEqual(cpuTraits(cpuFacts(XEON, 'x86_64')), ['HW_CPU_HYPERTHREADING', 'HW_CPU_X86_AESNI']);
    assert.deepEqual(cpuTraits(cpuFacts(ARM, 'aarch64')), []);
  });

  it('tells the uptime as `uptime` does', async () => {
    assert.equal(await readUptime(sources()), ' 07:05:03 up 1 day,  2:03,  0 users,  load average: 0.33, 0.36, 0.34\n');
  });

  const uptimes: readonly [number, string][] = [
    [59, '0 min'],
    [60, '1 min'],
    [3600, ' 1:00'],
    [36000 + 59 * 60, '10:59'],
    [86400, '1 day, 0 min'],
    [9 * 86400 + 7200, '9 days,  2:00'],
  ];
  for (const [seconds, words] of uptimes) {
    it(`says ${words} after ${seconds} s, in a form that the client takes apart`, () => {
      const text = uptimeText(new Date(), `${seconds}.25 1`, '0.00 0.01 0.05 1/1 1');
      // openstackclient/compute/v2/hypervisor.py, 6.0
      const match = /^\s*(.+)\sup\s+(.+),\s+(.+)\susers?,\s+load average:\s(.+)/.exec(text);
      assert.deepEqual(match?.slice(2), [words.trim(), '0', '0.00, 0.01, 0.05']);
    });
  }
});
