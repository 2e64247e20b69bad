import { join } from 'node:path';
import { wantedServices } from './catalog.js';
import { installPackages, missingPackages } from './machine/packages.js';
import { planesFolder, type Plane } from './plane.js';
import type { Progress } from './progress.js';
import type { PackageGroup, Release } from './releases.js';

/** The Debian packages of these groups. */
export function packagesOf(release: Release, groups: Iterable<PackageGroup>): string[] {
  return [...new Set([...groups].flatMap((group) => release.packages[group]))];
}

/** Installs what the plane's services (and `more`) need and the machine lacks; a look at dpkg when nothing is missing. */
export async function installFor(
  plane: Plane,
  progress: Progress,
  signal: AbortSignal,
  more: readonly PackageGroup[] = [],
): Promise<void> {
  const groups = new Set<PackageGroup>(['base', ...more, ...wantedServices(plane).flatMap(({ packages }) => packages)]);
  await progress.step(
    'packages',
    async () => {
      const missing = await missingPackages(packagesOf(plane.release, groups), signal);
      if (missing.length === 0) return 'all installed';
      const logFile = join(planesFolder(plane.checkout), 'apt.log');
      const onProgress = (text: string): void => {
        progress.detail('packages', text);
      };
      await installPackages(missing, { logFile, signal, onProgress });
      return `installed ${missing.length} and what they need`;
    },
    (note) => note,
  );
}
