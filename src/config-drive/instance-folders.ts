import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Belongings, DriveWish, GuestKey, InstanceFolders } from '../compute/ports/instance-folders.js';
import type { GuestContent, GuestFile } from '../compute/ports/containers.js';
import { KeyedLocks } from '../compute/locks.js';
import type { Instance, Vif } from '../objects/index.js';
import { driveFiles } from './documents/drive.js';
import type { DriveFacts, DriveSettings } from './facts.js';
import { makeFolder, readIfThere, writeFileOnce, type Owner } from './files.js';
import { belongingsOfDrive, changingFacts, driveFacts } from './gather.js';
import { belongingsOfFiles, indexOf, KEPT_INDEX, keptName } from './kept-contents.js';

/** cloud-init looks here for a config drive (DataSourceConfigDrive.py, ds-identify), without a disk or a label. */
const GUEST_PATH = '/config-drive';
const SEED_BYTES = 512;
const ROLES = ['main', 'rescue'] as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface InstanceFoldersParts {
  /** `<state_path>/instances` */
  readonly path: string;
  readonly settings: DriveSettings;
  readonly vendorData: () => Promise<Readonly<Record<string, unknown>>>;
  /** Whose root in containers is: another one than the host's where the engine maps users. */
  readonly owner: () => Promise<Owner>;
}

/**
 * Instances' folders below the state path: `drive.json` is what the drive tells, `drive/` is the drive itself, `files/`
 * what else is mounted. `rescue/` has the same of a rescue.
 *
 * INVARIANTS: `drive.json` is written, and synced, before the drive; the drive is made of it and can be made again. One
 * change at a time per instance. The folder `drive` itself stays the same one, so a container that has it mounted sees
 * what changes in it.
 */
export class ConfigDrives implements InstanceFolders {
  readonly #turns = new KeyedLocks();

  constructor(private readonly parts: InstanceFoldersParts) {}

  async writeDrive(wish: DriveWish): Promise<GuestFile> {
    const guest = { instanceUuid: wish.instance.get('uuid'), role: wish.role };
    return this.#turns.run(guest.instanceUuid, async () => {
      const known = wish.randomSeed ?? (await this.#read(guest))?.randomSeed;
      await this.#write(guest, driveFacts(wish, known ?? randomBytes(SEED_BYTES).toString('base64')));
      return this.driveFile(guest);
    });
  }

  driveFile(guest: GuestKey): GuestFile {
    return { hostPath: this.#drive(guest), guestPath: GUEST_PATH, readOnly: true };
  }

  async refreshDrive(instance: Instance, vifs?: readonly Vif[]): Promise<void> {
    const instanceUuid = instance.get('uuid');
    await this.#turns.run(instanceUuid, async () => {
      for (const role of ROLES) {
        const guest = { instanceUuid, role };
        const facts = await this.#read(guest);
        if (facts === undefined) continue;
        await this.#write(guest, { ...facts, ...changingFacts(instance), vifs: vifs ?? facts.vifs });
      }
    });
  }

  async keepContents(guest: GuestKey, contents: readonly GuestContent[]): Promise<readonly GuestFile[]> {
    const owner = await this.parts.owner();
    await makeFolder(this.#files(guest), owner);
    await Promise.all(
      contents.map(({ data, mode }, index) =>
        writeFileOnce(this.#file(guest, index), data, { mode, owner, synced: true }),
      ),
    );
    // Last: what it names is there.
    const root = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const index = join(this.#files(guest), KEPT_INDEX);
    await writeFileOnce(index, indexOf(contents), { mode: 0o600, owner: root, synced: true });
    return this.contentFiles(guest, contents);
  }

  async belongings(instanceUuid: string): Promise<Belongings | undefined> {
    const own = { instanceUuid, role: 'main' } as const;
    const facts = await this.#read(own);
    return facts === undefined ? belongingsOfFiles(this.#files(own)) : belongingsOfDrive(facts);
  }

  contentFiles(guest: GuestKey, contents: readonly GuestContent[]): readonly GuestFile[] {
    return contents.map(({ guestPath }, index) => ({
      hostPath: this.#file(guest, index),
      guestPath,
      readOnly: true,
    }));
  }

  async withDrive(): Promise<ReadonlySet<string>> {
    const uuids = await this.#list();
    const drives = await Promise.all(uuids.map((uuid) => readIfThere(this.#facts(ownOf(uuid)))));
    return new Set(uuids.filter((_uuid, index) => drives[index] !== undefined));
  }

  async endRescue(instanceUuid: string): Promise<void> {
    const folder = this.#folder({ instanceUuid, role: 'rescue' });
    await this.#turns.run(instanceUuid, () => removeFolder(folder));
  }

  async remove(instanceUuid: string): Promise<void> {
    await this.#turns.run(instanceUuid, () => removeFolder(this.#folder(ownOf(instanceUuid))));
  }

  async keepOnly(instanceUuids: ReadonlySet<string>): Promise<void> {
    for (const uuid of await this.#list()) if (!instanceUuids.has(uuid)) await this.remove(uuid);
  }

  async #write(guest: GuestKey, facts: DriveFacts): Promise<void> {
    const [owner, vendorData] = await Promise.all([this.parts.owner(), this.parts.vendorData()]);
    const root = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    await makeFolder(this.#folder(guest), root);
    const kept = Buffer.from(JSON.stringify(facts));
    await writeFileOnce(this.#facts(guest), kept, { mode: 0o600, owner: root, synced: true });
    const drive = this.#drive(guest);
    for (const { path, data } of driveFiles(facts, this.parts.settings, vendorData)) {
      await makeFolders(drive, dirname(path), owner);
      await writeFileOnce(join(drive, path), data, { mode: 0o600, owner, synced: false });
    }
  }

  async #read(guest: GuestKey): Promise<DriveFacts | undefined> {
    const text = await readIfThere(this.#facts(guest));
    return text === undefined ? undefined : (JSON.parse(text.toString('utf8')) as DriveFacts);
  }

  async #list(): Promise<readonly string[]> {
    try {
      return (await readdir(this.parts.path)).filter((name) => UUID.test(name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  #folder({ instanceUuid, role }: GuestKey): string {
    const own = join(this.parts.path, instanceUuid);
    return role === 'main' ? own : join(own, role);
  }

  #facts(guest: GuestKey): string {
    return join(this.#folder(guest), 'drive.json');
  }

  #files(guest: GuestKey): string {
    return join(this.#folder(guest), 'files');
  }

  #file(guest: GuestKey, index: number): string {
    return join(this.#files(guest), keptName(index));
  }

  #drive(guest: GuestKey): string {
    return join(this.#folder(guest), 'drive');
  }
}

/** Most servers have none, which is cheaper to find out than to do nothing about. */
async function removeFolder(path: string): Promise<void> {
  if (existsSync(path)) await rm(path, { recursive: true, force: true });
}

function ownOf(instanceUuid: string): GuestKey {
  return { instanceUuid, role: 'main' };
}

/** Each folder on the way is the owner's. */
async function makeFolders(root: string, path: string, owner: Owner): Promise<void> {
  let folder = root;
  await makeFolder(folder, owner);
  for (const step of path.split('/')) {
    folder = join(folder, step);
    await makeFolder(folder, owner);
  }
}
