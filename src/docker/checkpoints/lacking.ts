import type { CheckpointFacts } from './facts.js';

/** Something without which no checkpoint is possible, and what to do. */
export interface Lack {
  readonly what: string;
  readonly mend: string;
}

/** What CRIU has to be told beside what the engine tells it. */
export const NEEDED_OPTIONS: readonly string[] = ['tcp-established', 'file-locks'];

/** From this kernel on CRIU has to be so new (criu issue 2705): an older one ends at the first socket. */
const NEWER_KERNEL = [6, 16] as const;
const FOR_NEWER_KERNEL = [4, 2] as const;
/** Since then an engine can't take up what it has written (containerd issue 12141). */
const FIRST_BAD_ENGINE = 28;
/** It loses what it writes (moby issue 47456). */
const LOSING_ENGINE = 25;

const SETUP = 'run nova-compute-docker setup and restart the engine';

/** All that is missing; [] where checkpoints are possible. Pure. */
export function lacking(facts: CheckpointFacts): readonly Lack[] {
  return [...lackingCriu(facts), ...lackingEngine(facts), ...lackingInit(facts)];
}

function lackingCriu({ criu, criuOptions, hasIptables, kernel }: CheckpointFacts): readonly Lack[] {
  if (criu === undefined) {
    return [{ what: 'criu is not installed', mend: 'install criu (Debian: criu)' }];
  }
  const lacks: Lack[] = [];
  if (isAtLeast(kernel, NEWER_KERNEL) && !isAtLeast(criu, FOR_NEWER_KERNEL)) {
    lacks.push({
      what: `criu ${criu} can't write sockets on Linux ${kernel}`,
      mend: `install criu ${FOR_NEWER_KERNEL.join('.')} or later`,
    });
  }
  if (!hasIptables) lacks.push({ what: 'iptables is not installed', mend: 'install iptables (Debian: iptables)' });
  const absent = NEEDED_OPTIONS.filter((option) => !criuOptions.includes(option));
  if (absent.length > 0) {
    lacks.push({ what: `/etc/criu/runc.conf lacks ${absent.join(' and ')}`, mend: 'run nova-compute-docker setup' });
  }
  return lacks;
}

function lackingEngine({ engine, isExperimental, mapsUsers }: CheckpointFacts): readonly Lack[] {
  const lacks: Lack[] = [];
  const major = Number(/^\d+/.exec(engine)?.[0] ?? 0);
  if (major >= FIRST_BAD_ENGINE || major === LOSING_ENGINE) {
    lacks.push({
      what: `engine ${engine} can't start what it has written`,
      mend: `use an engine of 20.10 to 24, 26 or 27`,
    });
  }
  if (!isExperimental) lacks.push({ what: 'the engine is not experimental', mend: SETUP });
  if (mapsUsers) lacks.push({ what: 'the engine maps users (userns-remap)', mend: 'switch userns-remap off' });
  return lacks;
}

/** CRIU can't mount a link again (`mnt-v2: Can't remount … with MS_PRIVATE`). */
function lackingInit({ init }: CheckpointFacts): readonly Lack[] {
  const mend = `install tini (/usr/bin/tini-static), ${SETUP}`;
  if (init === undefined) return [{ what: "the engine's init was not found", mend }];
  return init.isLink ? [{ what: `the engine's init, ${init.path}, is a link`, mend }] : [];
}

/** Of a version only its first two numbers count; one that can't be read is old. */
function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [, first = '0', second = '0'] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  return Number(first) > major || (Number(first) === major && Number(second) >= minor);
}
