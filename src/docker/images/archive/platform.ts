import { BadArchive, shown } from './bad.js';

/** What an engine of an architecture runs, in Go's words: its own, and the older one that the processors still know. */
const RUNS: Readonly<Record<string, readonly string[]>> = { amd64: ['amd64', '386'], arm64: ['arm64', 'arm'] };

/** Whether a host of this architecture runs what is made for `found`; what does not say is taken. */
export function runsOn(found: string | undefined, architecture: string): boolean {
  return found === undefined || found === '' || (RUNS[architecture] ?? [architecture]).includes(found);
}

/** Throws BadArchive for an image of another platform than this host's. */
export function checkPlatform(os = '', found = '', architecture: string): void {
  if (os !== 'linux' && os !== '') throw new BadArchive(`it is made for ${shown(os)}; this host runs linux`);
  if (!runsOn(found, architecture)) {
    throw new BadArchive(`it is made for ${shown(found)} processors; this host has ${architecture}`);
  }
}
