import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { cleanEnvironment, run } from './command.js';
import { withLock } from './lock.js';
import { Trouble } from '../trouble.js';

const POLICY = '/usr/sbin/policy-rc.d';
const SAVED = `${POLICY}.before-nova-compute-docker`;
const MARK = '# placed by nova-compute-docker while it installs packages';

/** Those of the packages that are not installed. */
export async function missingPackages(wanted: readonly string[], signal: AbortSignal): Promise<string[]> {
  const query = ['dpkg-query', '-W', '-f', '${Package} ${db:Status-Status}\n', ...wanted];
  const { stdout } = await run(query, { accept: [0, 1], signal });
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return wanted.filter((name) => !installed.has(name));
}

export interface InstallOptions {
  readonly logFile: string;
  readonly signal: AbortSignal;
  /** Told what apt is at. */
  readonly onProgress: (text: string) => void;
}

/**
 * Installs Debian packages without letting their scripts start any daemon system-wide.
 * @throws Trouble with apt's log
 */
export async function installPackages(packages: readonly string[], options: InstallOptions): Promise<void> {
  const { logFile, signal } = options;
  const env = cleanEnvironment({
    DEBIAN_FRONTEND: 'noninteractive',
    // A mirror behind a proxy is the machine's business, so apt alone may see it.
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name, value]) => /_proxy$/i.test(name) && value !== undefined),
    ),
  });
  const apt = [
    'apt-get',
    '-y',
    '-o',
    'DPkg::Lock::Timeout=300',
    '-o',
    'Acquire::Retries=3',
    '-o',
    'Acquire::Languages=none',
  ];
  const onOutput = (text: string): void => {
    const line = /(?:Setting up|Unpacking|Get:\d+ \S+ \S+ \S+) ([^ ]+)/.exec(text);
    if (line !== null) options.onProgress(line[0].slice(0, 60));
  };
  try {
    await withLock('/run/lock/nova-compute-docker-apt.lock', signal, async () => {
      await run([...apt, 'update'], { env, logFile, signal, onOutput });
      const quick = [
        '-o',
        'Dpkg::Use-Pty=0',
        '-o',
        'Dpkg::Options::=--force-confold',
        '-o',
        'Dpkg::Options::=--force-unsafe-io',
      ];
      const install = [...apt, ...quick, '--no-install-recommends', 'install', ...packages];
      await withoutStarting(() => run(install, { env, logFile, signal, onOutput }));
    });
  } catch (error) {
    throw new Trouble(`apt-get could not install what is missing: ${packages.join(' ')}`, {
      logFile,
      hint: 'see that apt-get works by itself (sources, network, `dpkg --configure -a`), then run this again',
      cause: error,
    });
  }
}

/**
 * Debian's package scripts ask policy-rc.d before they start anything. A policy that was there is put back after, and one of
 * ours that a killed run left behind is recognised by its mark.
 */
async function withoutStarting<T>(work: () => Promise<T>): Promise<T> {
  const ours = (): boolean => existsSync(POLICY) && readFileSync(POLICY, 'utf8').includes(MARK);
  const restore = (): void => {
    if (ours()) rmSync(POLICY);
    if (existsSync(SAVED)) renameSync(SAVED, POLICY);
  };
  restore();
  if (existsSync(POLICY)) renameSync(POLICY, SAVED);
  writeFileSync(POLICY, `#!/bin/sh\n${MARK}\nexit 101\n`, { mode: 0o755 });
  try {
    return await work();
  } finally {
    restore();
  }
}
