import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeCheckpoints } from '../../../../src/cli/check/checkpoint.js';
import { describeOutcome } from '../../../../src/cli/check/check.js';
import { describeEngine, describeRuntime } from '../../../../src/cli/check/engine.js';
import { describeHolders } from '../../../../src/cli/check/holder.js';
import { missing, stateFolder, toolsFound } from '../../../../src/cli/check/host.js';
import { compareClocks } from '../../../../src/cli/check/openstack.js';
import { runProbes, type Outcome, type Probe } from '../../../../src/cli/check/probe.js';
import type { EngineFacts } from '../../../../src/compute/ports/engine-facts.js';
import { RUNTIME_PROGRAM } from '../../../../src/network/host/runtime.js';

const fine = (): Promise<{ found: string }> => Promise.resolve({ found: 'fine' });
const wrong = (): Promise<never> => Promise.reject(new Error('gone'));

describe('cli/check: probes', () => {
  async function run(probes: readonly Omit<Probe, 'mend'>[], timeoutMs = 1000) {
    const outcomes: [string, Outcome][] = [];
    const whole = probes.map((probe) => ({ mend: 'mend it', ...probe }));
    const isFine = await runProbes(whole, timeoutMs, ({ name }, outcome) => outcomes.push([name, outcome]));
    return { isFine, outcomes };
  }

  it('all run, and a failure says how to mend it; what needs the failed one is skipped, and what needs that, too', async () => {
    const { isFine, outcomes } = await run([
      { name: 'broker', look: wrong },
      { name: 'conductor', needs: ['broker'], look: fine },
      { name: 'service', needs: ['conductor'], look: fine },
      { name: 'engine', look: fine },
    ]);
    assert.equal(isFine, false);
    assert.deepEqual(outcomes, [
      ['broker', { kind: 'wrong', reason: 'gone', mend: 'mend it' }],
      ['conductor', { kind: 'skipped', without: 'broker' }],
      ['service', { kind: 'skipped', without: 'conductor' }],
      ['engine', { kind: 'fine', finding: { found: 'fine' } }],
    ]);
  });

  it('one that hangs is wrong after its time, and hears of it', async () => {
    let heard = false;
    const look = (signal: AbortSignal): Promise<never> =>
      new Promise(() => signal.addEventListener('abort', () => (heard = true)));
    const { outcomes } = await run([{ name: 'slow', look }], 10);
    assert.deepEqual(outcomes[0]?.[1], { kind: 'wrong', reason: 'No answer within 0.01 s.', mend: 'mend it' });
    assert.ok(heard);
  });

  it('nothing wrong is fine', async () => assert.equal((await run([{ name: 'x', look: fine }])).isFine, true));

  it('reads as a table', () => {
    const finding = { found: 'version 20', advice: 'Upgrade.' };
    const indent = ' '.repeat(20);
    assert.equal(
      describeOutcome({ name: 'engine' }, { kind: 'fine', finding }),
      `engine         ok   version 20\n${indent}Upgrade.\n`,
    );
    const failed = { kind: 'wrong', reason: 'It is gone.', mend: 'Start it.' } as const;
    assert.equal(describeOutcome({ name: 'engine' }, failed), `engine         FAIL It is gone.\n${indent}Start it.\n`);
    assert.match(describeOutcome({ name: 'x' }, { kind: 'skipped', without: 'y' }), /skip cannot be tried without y/);
  });
});

describe('cli/check: the host', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'check-test-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('a state path is tried by writing, and left as it was', async () => {
    assert.equal((await stateFolder(folder)).found, folder);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('one that is not there yet has to be possible', async () => {
    assert.match((await stateFolder(join(folder, 'a', 'b'))).found, /will be made in/);
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(stateFolder(join(folder, 'file')), /is no folder/);
    await assert.rejects(stateFolder('/proc/nova'));
  });

  it('programs are looked for in the path', async () => {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin', 'here'), '', { mode: 0o755 });
    writeFileSync(join(folder, 'bin', 'data'), '', { mode: 0o644 });
    const tools = ['here', 'data', 'away'].map((program) => ({ program, debianPackage: `${program}-package` }));
    const absent = await missing(tools, `${folder}/none:${folder}/bin`);
    // Root may execute nothing either that has no x bit at all.
    assert.deepEqual(
      absent.map(({ program }) => program),
      ['data', 'away'],
    );
    assert.throws(() => toolsFound(absent), /data \(Debian: data-package\), away \(Debian: away-package\)/);
    const { advice } = toolsFound([{ program: 'xz', debianPackage: 'xz-utils', onlyFor: 'xz images' }]);
    assert.match(advice ?? '', /xz \(Debian: xz-utils\), needed for xz images/);
    assert.equal(toolsFound([]).advice, undefined);
  });
});

describe('cli/check: engine, runtime, clock', () => {
  const facts: EngineFacts = {
    version: '20.10.24',
    apiVersion: '1.41',
    architecture: 'x86_64',
    operatingSystem: 'Debian',
    kernelVersion: '6.1',
    cpus: 2,
    memoryBytes: 2 ** 31,
    rootDirectory: '/var/lib/docker',
    storageDriver: 'overlay2',
    runtimes: ['runc', 'nova'],
    programs: {},
    cgroupVersion: '2',
    liveRestore: true,
    swapLimit: true,
  };

  it('an engine without live-restore or swap limit works, and says what that means', () => {
    assert.equal(describeEngine(facts).advice, undefined);
    assert.match(describeEngine(facts).found, /20\.10\.24, API 1\.41, overlay2, cgroup v2, 2 CPUs, 2048 MiB/);
    const { advice = '' } = describeEngine({ ...facts, liveRestore: false, swapLimit: false });
    assert.match(advice, /^Containers end with the engine.*live-restore.*; the kernel limits no swap/);
  });

  it('the runtime has to be known to the engine', () => {
    const ours = readFileSync(RUNTIME_PROGRAM, 'utf8');
    const current = { path: '/lib/nova-runtime', installed: ours, ours };
    assert.equal(describeRuntime(facts.runtimes, 'nova', current).advice, undefined);
    const outdated = { ...current, installed: ours.replace('version=1', 'version=0') };
    assert.match(
      describeRuntime(facts.runtimes, 'nova', outdated).advice ?? '',
      /^\/lib\/nova-runtime is of another version .* run nova-compute-docker setup/,
    );
    for (const installed of ['#!/bin/sh\nexec runc "$@"', undefined]) {
      const foreign = { ...current, installed };
      assert.throws(() => describeRuntime(facts.runtimes, 'nova', foreign), /"nova" \(\/lib\/nova-runtime\) is not/);
    }
    assert.match(describeRuntime(facts.runtimes, '', current).advice ?? '', /no ports/);
    assert.throws(() => describeRuntime(['runc'], 'nova', current), /knows no runtime "nova" \(it knows runc\)/);
  });

  it('a container that runs has to have the ports of its server', () => {
    const containers = Array.from({ length: 7 }, (_one, index) => ({ name: `nova-${index}`, hasItsPorts: true }));
    assert.equal(describeHolders(containers).found, 'what runs here (7) has the ports of its server');
    const without = containers.map((one) => ({ ...one, hasItsPorts: false }));
    assert.throws(() => describeHolders([...containers, ...without.slice(0, 1)]), /^ServiceError: nova-0 runs without/);
    assert.throws(() => describeHolders(without), /nova-0, nova-1, nova-2, nova-3, nova-4 and 2 more run without/);
  });

  it('for checkpoints all that is missing is named, with what to do', () => {
    const good = {
      ...{ engine: '20.10.24', isExperimental: true, mapsUsers: false, kernel: '6.1.0', criu: '3.17.1' },
      ...{ hasIptables: true, cpuFlags: [] },
      ...{ criuOptions: ['tcp-established', 'file-locks'], init: { path: '/usr/bin/tini-static', isLink: false } },
    };
    assert.equal(describeCheckpoints(good).found, 'criu 3.17.1, engine 20.10.24, Linux 6.1.0');
    const bad = {
      ...good,
      criu: undefined,
      isExperimental: false,
      init: { path: '/usr/bin/docker-init', isLink: true },
    };
    assert.throws(
      () => describeCheckpoints(bad),
      /criu is not installed: install criu .*; the engine is not experimental: run .*; .*docker-init, is a link: install tini/,
    );
  });

  const now = Date.parse('2026-11-22T12:00:00Z');
  const clocks: [string | undefined, RegExp][] = [
    ['Sun, 22 Nov 2026 12:00:00 GMT', /agrees/],
    ['Sun, 22 Nov 2026 11:59:55 GMT', /agrees/],
    ['Sun, 22 Nov 2026 12:00:05 GMT', /agrees/],
    ['Sun, 22 Nov 2026 12:01:00 GMT', /60 s behind/],
    ['Sun, 22 Nov 2026 11:58:59 GMT', /60 s ahead of/],
    [undefined, /cannot be compared/],
    ['yesterday', /cannot be compared/],
  ];
  for (const [date, pattern] of clocks) {
    it(`the control plane says ${date ?? 'nothing'}: ${pattern.source}`, () => {
      let said: string;
      try {
        said = compareClocks(date === undefined ? [] : [{ date, before: now, after: now + 100 }]).found;
      } catch (error) {
        said = (error as Error).message;
      }
      assert.match(said, pattern);
    });
  }
});
