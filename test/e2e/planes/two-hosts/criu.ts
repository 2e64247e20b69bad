import { execFile } from 'node:child_process';
import { rename, rm, symlink, writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { existsSync } from 'node:fs';
import { viewFrom } from '../../../../tools/plane/hosts.js';
import { until } from '../../../../tools/plane/machine/wait.js';
import type { Plane } from '../../../../tools/plane/plane.js';
import { criuVersionOf } from '../../../../src/docker/checkpoints/criu.js';
import { lacking } from '../../../../src/docker/checkpoints/lacking.js';
import { messageOf } from '../../../../src/errors/kinds.js';
import { unobserved } from '../../../../src/observe/calls.js';

const never = new AbortController().signal;
/** All that the plane sees to itself. */
const FINE = {
  ...{ engine: '20.10', isExperimental: true, mapsUsers: false, hasIptables: true, cpuFlags: [] },
  ...{ criuOptions: ['tcp-established', 'file-locks'], init: { path: '/usr/bin/tini-static', isLink: false } },
};

export type FoundCriu = { readonly program: string } | { readonly reason: string };

/** The CRIU on this process's PATH, or why it can't be used on this machine: Debian 12's is too old for newer kernels. */
export async function findCriu(): Promise<FoundCriu> {
  const criu = await criuVersionOf(unobserved)(never);
  const [lack] = lacking({ ...FINE, criu, kernel: release() });
  if (lack !== undefined) return { reason: lack.what };
  try {
    const { stdout } = await promisify(execFile)('sh', ['-c', 'criu check >&2 && command -v criu']);
    return { program: stdout.trim() };
  } catch (error) {
    return { reason: `criu check: ${messageOf(error)}` };
  }
}

/** CRIU as one host of a plane has it, for tests that hold it up or break it. */
export class HostCriu {
  readonly #path: string;
  readonly #program: string;

  constructor(plane: Plane, host: string) {
    const [first, ...further] = plane.hosts;
    const found = further.find(({ name }) => name === host);
    const { data } = found === undefined || first?.name === host ? plane : viewFrom(plane, found);
    this.#path = join(data, 'bin', 'criu');
    this.#program = plane.overrides['docker']?.['criu']?.['program'] ?? '';
  }

  /** It is there, and does nothing. */
  async break(): Promise<void> {
    await this.#replace('exit 1');
  }

  /** Whoever calls it waits until it is mended; `reached` when somebody does. */
  async hold(): Promise<void> {
    await this.#replace(`: > ${this.#path}.called; while [ ! -e ${this.#path}.go ]; do sleep 0.1; done`);
  }

  async reached(): Promise<void> {
    const isThere = (): boolean => existsSync(`${this.#path}.called`);
    await until(isThere, { what: 'CRIU to be called', signal: never, everyMs: 50, timeoutMs: 120_000 });
  }

  async mend(): Promise<void> {
    await writeFile(`${this.#path}.go`, '');
    await rm(`${this.#path}.new`, { force: true });
    await symlink(this.#program, `${this.#path}.new`);
    await rename(`${this.#path}.new`, this.#path);
  }

  /** `swrk` is how runc calls it. */
  async #replace(work: string): Promise<void> {
    for (const end of ['called', 'go', 'new']) await rm(`${this.#path}.${end}`, { force: true });
    const lines = ['#!/bin/sh', 'case $1 in swrk)', work, ';; esac', `exec ${this.#program} "$@"`, ''];
    await writeFile(`${this.#path}.new`, lines.join('\n'), { mode: 0o755 });
    await rename(`${this.#path}.new`, this.#path);
  }
}
