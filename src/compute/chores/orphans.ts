import type { Instance } from '../../objects/index.js';
import { conductorOf, guarded, isTakenCareOf, type Chore, type ChoreParts } from './chore.js';
import { remainsOnHost, removeRemains, type Remains } from './remains.js';

/** What Nova says of an instance of which something stands on this host. */
export type OrphanVerdict =
  /** Nova has it here, or moves it, or has deleted it, which is other chores' business. */
  | { readonly kind: 'none' }
  /** It does not belong here. `removable`: nothing can get lost by removing it. */
  | { readonly kind: 'orphan'; readonly reason: string; readonly removable: boolean };

const NONE: OrphanVerdict = { kind: 'none' };

/** States that a server reaches on a host only when nothing of it is wanted on any other. */
const SETTLED: ReadonlySet<string> = new Set([
  'active',
  'paused',
  'suspended',
  'stopped',
  'rescued',
  'shelved_offloaded',
]);

/** Undefined: no row, of a living or of a deleted server. */
export function judgeRemains(instance: Instance | undefined, ourHost: string): OrphanVerdict {
  if (instance === undefined) return { kind: 'orphan', reason: 'Nova knows no such server', removable: true };
  const host = instance.get('host');
  if (instance.get('deleted') || host === ourHost || instance.get('task_state') !== null) return NONE;
  const vmState = instance.get('vm_state') ?? '';
  // Scheduled here and not claimed yet, or waiting for the confirmation of its move.
  if (vmState === 'building' || vmState === 'resized') return NONE;
  const where = host === null ? 'no host' : `host ${host}`;
  return { kind: 'orphan', reason: `the server is ${vmState} on ${where}`, removable: SETTLED.has(vmState) };
}

/**
 * Looks for what stands here and belongs to no server of this host. It is told of once, and removed only if the operator
 * wants that (`[docker] orphan_action`); what is not ours by name, label and host is never seen here at all.
 */
export function createOrphanWatch(chore: ChoreParts): Chore {
  const toldOf = new Map<string, string>();
  return async () => {
    const { parts } = chore;
    const remains = await remainsOnHost(parts);
    for (const uuid of toldOf.keys()) if (!remains.has(uuid)) toldOf.delete(uuid);
    if (remains.size === 0) return;
    const rows = await conductorOf(chore).instances.find({ uuids: [...remains.keys()], deleted: 'either' }, []);
    const byUuid = new Map(rows.map((one) => [one.get('uuid'), one]));
    for (const [uuid, found] of remains) {
      const verdict = judgeRemains(byUuid.get(uuid), parts.settings.host);
      if (verdict.kind === 'none' || isTakenCareOf(chore, uuid)) continue;
      await guarded(chore, 'look_for_orphans', uuid, () => treat(chore, { uuid, found, verdict, toldOf }));
    }
  };
}

interface Orphan {
  readonly uuid: string;
  readonly found: Remains;
  readonly verdict: Extract<OrphanVerdict, { kind: 'orphan' }>;
  readonly toldOf: Map<string, string>;
}

async function treat(chore: ChoreParts, { uuid, found, verdict, toldOf }: Orphan): Promise<void> {
  const { parts, settings } = chore;
  const { reason, removable } = verdict;
  const removes = settings.orphanAction === 'remove' && removable;
  const facts = { instanceUuid: uuid, containers: found.containers.length, ports: found.hasPorts, reason };
  if (removes) {
    parts.log.warn('Something on this host belongs to no server here; removing it', facts);
    await parts.locks.run(uuid, async () => {
      if (await isStillOrphan(chore, uuid)) await removeRemains(parts, uuid, found);
    });
  } else if (toldOf.get(uuid) !== reason) {
    parts.log.warn('Something on this host belongs to no server here; left alone', facts);
    toldOf.set(uuid, reason);
  }
}

/** Others were removed since Nova was asked: the server may have come (back) here meanwhile. */
async function isStillOrphan(chore: ChoreParts, uuid: string): Promise<boolean> {
  const rows = await conductorOf(chore).instances.find({ uuids: [uuid], deleted: 'either' }, []);
  const verdict = judgeRemains(rows[0], chore.parts.settings.host);
  return verdict.kind === 'orphan' && verdict.removable && !chore.requested().has(uuid);
}
