import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Belongings, DriveWish, InstanceFolders } from '../compute/ports/instance-folders.js';
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
 * what else is mounted.
 *
 * INVARIANTS: `drive.json` is written, and synced, before the drive; the drive is made of it and can be made again. One
 * change at a time per instance. The folder `drive` itself stays the same one, so a container that has it mounted sees
 * what changes in it.
 */
export class ConfigDrives implements InstanceFolders {
  readonly #turns = new KeyedLocks();

  constructor(private readonly parts: InstanceFoldersParts) {}

  async writeDrive(wish: DriveWish): Promise<GuestFile> {
    const uuid = wish.instance.get('uuid');
    return this.#turns.run(uuid, async () => {
      const seed =
        wish.randomSeed ?? (await this.#read(uuid))?.randomSeed ?? randomBytes(SEED_BYTES).toString('base64');
      await this.#write(driveFacts(wish, seed));
      return this.driveFile(uuid);
    });
  }

  driveFile(instanceUuid: string): GuestFile {
    return { hostPath: this.#drive(instanceUuid), guestPath: GUEST_PATH, readOnly: true };
  }

  async refreshDrive(instance: Instance, vifs?: readonly Vif[]): Promise<void> {
    const uuid = instance.get('uuid');
    await this.#turns.run(uuid, async () => {
      const facts = await this.#read(uuid);
      if (facts !== undefined) await this.#write({ ...facts, ...changingFacts(instance), vifs: vifs ?? facts.vifs });
    });
  }

  async keepContents(instanceUuid: string, contents: readonly GuestContent[]): Promise<readonly GuestFile[]> {
    const owner = await this.parts.owner();
    await makeFolder(this.#files(instanceUuid), owner);
    await Promise.all(
      contents.map(({ data, mode }, index) =>
        writeFileOnce(this.#file(instanceUuid, index), data, { mode, owner, synced: true }),
      ),
    );
    // Last: what it names is there.
    const root = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const index = join(this.#files(instanceUuid), KEPT_INDEX);
    await writeFileOnce(index, indexOf(contents), { mode: 0o600, owner: root, synced: true });
    return this.contentFiles(instanceUuid, contents);
  }

  async belongings(instanceUuid: string): Promise<Belongings | undefined> {
    const facts = await this.#read(instanceUuid);
    return facts === undefined ? belongingsOfFiles(this.#files(instanceUuid)) : belongingsOfDrive(facts);
  }

  contentFiles(instanceUuid: string, contents: readonly GuestContent[]): readonly GuestFile[] {
    return contents.map(({ guestPath }, index) => ({
      hostPath: this.#file(instanceUuid, index),
      guestPath,
      readOnly: true,
    }));
  }

  async withDrive(): Promise<ReadonlySet<string>> {
    const uuids = await this.#list();
    const drives = await Promise.all(uuids.map((uuid) => readIfThere(this.#facts(uuid))));
    return new Set(uuids.filter((_uuid, index) => drives[index] !== undefined));
  }

  async remove(instanceUuid: string): Promise<void> {
    await this.#turns.run(instanceUuid, () => rm(this.#folder(instanceUuid), { recursive: true, force: true }));
  }

  async keepOnly(instanceUuids: ReadonlySet<string>): Promise<void> {
    for (const uuid of await this.#list()) if (!instanceUuids.has(uuid)) await this.remove(uuid);
  }

  async #write(facts: DriveFacts): Promise<void> {
    const [owner, vendorData] = await Promise.all([this.parts.owner(), this.parts.vendorData()]);
    const root = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    await makeFolder(this.#folder(facts.uuid), root);
    const kept = Buffer.from(JSON.stringify(facts));
    await writeFileOnce(this.#facts(facts.uuid), kept, { mode: 0o600, owner: root, synced: true });
    const drive = this.#drive(facts.uuid);
    for (const { path, data } of driveFiles(facts, this.parts.settings, vendorData)) {
      await makeFolders(drive, dirname(path), owner);
      await writeFileOnce(join(drive, path), data, { mode: 0o600, owner, synced: false });
    }
  }

  async #read(uuid: string): Promise<DriveFacts | undefined> {
    const text = await readIfThere(this.#facts(uuid));
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

  #folder(uuid: string): string {
    return join(this.parts.path, uuid);
  }

  #facts(uuid: string): string {
    return join(this.#folder(uuid), 'drive.json');
  }

  #files(uuid: string): string {
    return join(this.#folder(uuid), 'files');
  }

  #file(uuid: string, index: number): string {
    return join(this.#files(uuid), keptName(index));
  }

  #drive(uuid: string): string {
    return join(this.#folder(uuid), 'drive');
  }
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
