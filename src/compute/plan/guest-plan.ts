import type { InstanceSettings } from '../../settings/catalogue.js';
import { withoutForbiddenWords } from '../../settings/image-words.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import type { Instance, Vif } from '../../objects/index.js';
import type { InstanceOperation, ManagerParts } from '../operation.js';
import type {
  ContainerPlan,
  EphemeralDisk,
  GuestContent,
  GuestFile,
  InstanceFacts,
  LocalImage,
} from '../ports/containers.js';
import type { GuestKey, GuestRole, InjectedFile } from '../ports/instance-folders.js';
import { injectedContents, keyContent } from './contents.js';

/** What a new container of a server is made of, as far as the request and the work before it tell. */
export interface GuestWish {
  readonly instance: InstanceFacts;
  readonly settings: InstanceSettings;
  readonly image: LocalImage;
  readonly vifs: readonly Vif[];
  readonly injectedFiles: readonly InjectedFile[];
  readonly adminPassword: string | null;
  /** Of the drive that the server had on another host. */
  readonly randomSeed?: string | null;
  /** The image is the server's own disk: what was put into it once is there, or was removed by its users. */
  readonly ownDisk?: boolean;
  readonly ephemeralDisks: readonly EphemeralDisk[];
  /** Absent: the server's own container. */
  readonly role?: GuestRole;
}

/** Whose container it is, and the parts of this host that take part in it. */
export interface PlanSubject {
  readonly instance: Instance;
  readonly parts: Pick<ManagerParts, 'networks' | 'cpus' | 'folders' | 'settings' | 'policy'>;
}

/**
 * The plan of a server's container, and what has to be on this host for it: CPUs set aside, its config drive. Safe to
 * repeat; `dropGuest` takes it away. Throws Invalid for what can't be done with this server, Conflict for what can't be
 * done on this host.
 */
export async function planGuest(op: InstanceOperation, wish: GuestWish): Promise<ContainerPlan> {
  const { uuid, flavor } = wish.instance;
  const cpus = isPinned(wish) ? await op.parts.cpus.reserve(uuid, flavor.vcpus) : null;
  const drive = wantsDrive(op) ? [await writeDrive(op, wish, cpus)] : [];
  return assemble(op, wish, {
    cpus,
    drive,
    keep: (contents) => op.parts.folders.keepContents(keyOf(wish), contents),
  });
}

/** The plan that `planGuest` would make now; does nothing on this host. Throws as it does. */
export async function showPlan(subject: PlanSubject, wish: GuestWish): Promise<ContainerPlan> {
  const { uuid, flavor } = wish.instance;
  const { cpus, folders } = subject.parts;
  return assemble(subject, wish, {
    cpus: isPinned(wish) ? await cpus.choose(uuid, flavor.vcpus) : null,
    drive: wantsDrive(subject) ? [folders.driveFile(keyOf(wish))] : [],
    keep: (contents) => Promise.resolve(folders.contentFiles(keyOf(wish), contents)),
  });
}

interface OnHost {
  readonly cpus: readonly number[] | null;
  readonly drive: readonly GuestFile[];
  readonly keep: (contents: readonly GuestContent[]) => Promise<readonly GuestFile[]>;
}

/** Nothing can be written into a container with a root file system that is read-only, not even before its start. */
async function assemble(subject: PlanSubject, wish: GuestWish, { cpus, drive, keep }: OnHost): Promise<ContainerPlan> {
  const { instance, image, ephemeralDisks } = wish;
  const settings = withoutForbiddenWords(wish.settings, image.defaults, subject.parts.policy);
  const files = [...subject.parts.networks.guestFiles(instance.uuid), ...drive];
  const wanted = [...keyContents(subject), ...injectedContents(wish.injectedFiles, files)];
  const plan = { key: keyOf(wish), instance, image, settings, cpus, ephemeralDisks };
  const isWritable = settings.read_only !== true;
  const contents = isWritable && wish.ownDisk === true ? [] : wanted;
  if (isWritable || contents.length === 0) return { ...plan, files, contents };
  return { ...plan, files: [...files, ...(await keep(contents))], contents: [] };
}

function keyOf({ instance, role = 'main' }: GuestWish): GuestKey {
  return { instanceUuid: instance.uuid, role };
}

function isPinned({ settings }: GuestWish): boolean {
  return settings.cpu_policy === 'dedicated';
}

/** What `planGuest` left on this host; nothing there is fine. */
export async function dropGuest(op: InstanceOperation): Promise<void> {
  const uuid = op.instance.get('uuid');
  await op.parts.cpus.release(uuid);
  await op.parts.folders.remove(uuid);
}

/** nova/virt/configdrive.py required_by, release 26: an old server is not given one behind its back. */
export function wantsDrive({ instance, parts }: PlanSubject): boolean {
  if (hasDrive(instance.peek('config_drive') ?? null)) return true;
  if (parts.settings.forceConfigDrive && (instance.peek('launched_at') ?? null) === null) return true;
  return instance.peek('system_metadata')?.['image_img_config_drive'] === 'mandatory';
}

/** nova-api writes a Python boolean as text, and nothing for none. */
function hasDrive(text: string | null): boolean {
  return text !== null && /^(true|1|yes|on|t|y)$/i.test(text);
}

async function writeDrive(
  op: InstanceOperation,
  { vifs, adminPassword, injectedFiles: files, randomSeed = null, role = 'main' }: GuestWish,
  cpus: readonly number[] | null,
): Promise<GuestFile> {
  const attributes = [...NOVA_ATTRS, 'ec2_ids', 'keypairs', 'security_groups'];
  const instance = await op.conductor.instances.get(op.instance.get('uuid'), attributes);
  return op.parts.folders.writeDrive({ instance, role, vifs, cpus, adminPassword, files, randomSeed });
}

function keyContents({ instance, parts }: PlanSubject): readonly GuestContent[] {
  const key = instance.peek('key_data') ?? '';
  return parts.settings.injectsKey && key !== '' ? [keyContent(key)] : [];
}
