import { messageOf } from '../../errors/kinds.js';
import type { RequestContext } from '../../observe/context.js';
import type { Instance, Migration } from '../../objects/index.js';
import { remainsOnHost, removeRemains, type Remains } from '../chores/remains.js';
import type { ManagerParts } from '../operation.js';
import type { Conductor } from '../ports/conductor.js';

export interface EvacuatedParts {
  readonly parts: ManagerParts;
  /** The service's own context: no user, administrator. */
  readonly context: RequestContext;
  readonly signal: AbortSignal;
}

/** What becomes of what stands here of a server that was evacuated from this host, and of the migration's record. */
export type EvacuatedVerdict =
  /** It is, or is about to be, on another host. */
  | 'remove'
  /** It went and came back meanwhile: what stands here is the server. */
  | 'keep'
  /** It was deleted: that is the business of those who look for deleted servers. */
  | 'ignore';

export function judgeEvacuated(
  status: string,
  instance: { readonly host: string | null; readonly isResizing: boolean } | undefined,
  ourHost: string,
): EvacuatedVerdict {
  if (instance === undefined) return 'ignore';
  // Of one that came back and leaves again, what stands here is what it may return to.
  if (instance.isResizing) return 'keep';
  return status === 'done' && instance.host === ourHost ? 'keep' : 'remove';
}

/**
 * Removes what stands here of servers that were evacuated while this host was down, their allocations too
 * (nova/compute/manager.py _destroy_evacuated_instances, release 26): to be done before anything is started, since a
 * server must not run twice. One whose evacuation is still under way is gone from here as well. Gives the instances that
 * are no business of this host's start. A crash in between repeats it: the record is completed last.
 */
export async function removeEvacuated({ parts, context, signal }: EvacuatedParts): Promise<ReadonlySet<string>> {
  const conductor = parts.conductorFor(context, { signal });
  const migrations = await conductor.migrations.evacuatedFrom(parts.settings.host);
  if (migrations.length === 0) return new Set();
  const uuids = migrations.map((one) => one.get('instance_uuid') ?? '');
  const [rows, remains] = await Promise.all([conductor.instances.find({ uuids }, []), remainsOnHost(parts)]);
  const instances = new Map(rows.map((one) => [one.get('uuid'), one]));
  const leaving = new Set<string>();
  for (const migration of migrations) {
    const uuid = migration.get('instance_uuid') ?? '';
    const verdict = verdictOf(parts, migration, instances.get(uuid));
    if (verdict === 'ignore') continue;
    if (verdict === 'remove') leaving.add(uuid);
    await guarded(parts, uuid, async () => {
      if (verdict === 'remove') await removeServer(parts, uuid, remains.get(uuid));
      await complete(conductor, migration);
    });
  }
  return leaving;
}

function verdictOf(parts: ManagerParts, migration: Migration, instance: Instance | undefined): EvacuatedVerdict {
  const row = instance && { host: instance.get('host'), isResizing: isResizing(instance) };
  return judgeEvacuated(migration.get('status') ?? '', row, parts.settings.host);
}

function isResizing(instance: Instance): boolean {
  return instance.get('vm_state') === 'resized' || (instance.get('task_state') ?? '').startsWith('resize_');
}

/** Its ports and its row are the other host's by now. */
async function removeServer(parts: ManagerParts, uuid: string, remains: Remains | undefined): Promise<void> {
  const facts = { instanceUuid: uuid, containers: remains?.containers.length ?? 0 };
  parts.log.info('The server was evacuated from this host; removing what stands here of it', facts);
  await parts.containers.remove({ instanceUuid: uuid, role: 'rescue' });
  await parts.disks.conceal(uuid);
  await removeRemains(parts, uuid, remains);
  await parts.allocations.removeFrom(uuid, parts.node.uuid());
}

async function complete(conductor: Conductor, migration: Migration): Promise<void> {
  migration.set('status', 'completed');
  await conductor.migrations.save(migration);
}

/** The next start tries again. */
async function guarded(parts: ManagerParts, instanceUuid: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason = messageOf(error);
    parts.log.error('What stands here of an evacuated server could not be removed', { instanceUuid, reason });
  }
}
