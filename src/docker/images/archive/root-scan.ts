import { posix } from 'node:path';
import { BadArchive } from './bad.js';
import { programArchitecture } from './elf.js';
import { isRootName } from './layout.js';
import { rootPath } from './paths.js';
import { runsOn } from './platform.js';
import type { ScannedEntry, ScanListener } from './tar-scanner.js';

/** Where an init may stand when `/sbin` or `/usr/sbin` is a link, as on systems that have merged their folders. */
const INIT = '/sbin/init';
const FOLDERS = new Set(['/bin', '/sbin', '/usr', '/usr/bin', '/usr/sbin']);
const PROGRAM = /^\/(?:usr\/(?:local\/)?)?s?bin\/[^/]+$/;
const MOST_ENTRIES = 4_000_000;
const MOST_LINKS = 8;

/** Looks at the entries of a root file system on their way. */
export class RootScan implements ScanListener {
  readonly #folderLinks = new Map<string, string>();
  readonly #inits = new Set<string>();
  readonly #architectures = new Set<string>();
  #entries = 0;
  #holdsRootNames = false;
  #holdsManifest = false;

  /** `count` is told of bytes that unpacking makes beside those of the archive, and throws when they are too many. */
  constructor(private readonly count: (bytes: number) => void) {}

  entry(entry: ScannedEntry): void {
    this.#entries += 1;
    if (this.#entries > MOST_ENTRIES) throw new BadArchive(`it holds more than ${MOST_ENTRIES} files`);
    this.count(entry.expandedBytes - entry.storedBytes);
    this.#note(entry);
  }

  #note({ path, kind, linkPath }: ScannedEntry): void {
    if (kind === 'old-sparse') {
      throw new BadArchive(
        'it holds sparse files as GNU tar writes them by default, which the container engine does not know: pack it with ' +
          'tar --sparse --format=posix, or without --sparse',
      );
    }
    const at = rootPath(path, path);
    if (kind === 'link') rootPath(linkPath, path);
    const top = at.split('/')[1] ?? '';
    if (isRootName(top)) this.#holdsRootNames = true;
    if (at === '/manifest.json') this.#holdsManifest = true;
    if (kind === 'symlink' && FOLDERS.has(at)) this.#folderLinks.set(at, linkPath);
    if (FOLDERS.has(posix.dirname(at)) && posix.basename(at) === 'init') this.#inits.add(at);
  }

  head({ path }: ScannedEntry, bytes: Buffer): void {
    if (!PROGRAM.test(posix.normalize(`/${path}`))) return;
    const architecture = programArchitecture(bytes);
    if (architecture !== undefined) this.#architectures.add(architecture);
  }

  /** To be called at the end. Throws BadArchive for what can't run here. */
  check(architecture: string): void {
    if (this.#holdsManifest && !this.#holdsRootNames) {
      throw new BadArchive('its archive is laid out as no engine does it: upload what `docker save` writes');
    }
    const found = [...this.#architectures];
    if (found.length > 0 && !found.some((one) => runsOn(one, architecture))) {
      throw new BadArchive(`its programs are made for ${found.join(', ')} processors; this host has ${architecture}`);
    }
  }

  /** Whether there is a `/sbin/init`. */
  get hasInit(): boolean {
    let folder = posix.dirname(INIT);
    for (let steps = 0; steps < MOST_LINKS; steps += 1) {
      if (this.#inits.has(`${folder}/init`)) return true;
      const next = this.#followed(folder);
      if (next === folder) return false;
      folder = next;
    }
    return false;
  }

  #followed(folder: string): string {
    const target = this.#folderLinks.get(folder);
    if (target !== undefined) return posix.resolve(posix.dirname(folder), target);
    const above = posix.dirname(folder);
    return above === folder ? folder : posix.join(this.#followed(above), posix.basename(folder));
  }
}
