import { pipeline } from 'node:stream';
import { packedBelongings } from '../../carry/belongings.js';
import { seal } from '../../carry/seal.js';
import { sealing } from '../../carry/seal-stream.js';
import { sendStopped } from '../../carry/send.js';
import type { Migration } from '../../../objects/index.js';
import { mainKey } from '../../guest.js';
import type { InstanceOperation } from '../../operation.js';
import { awaitQueued } from '../disk-image.js';
import { CHECKPOINT, claim, memoryImageId } from './migration.js';

/**
 * Puts a server whose processes are frozen on its way: its disk in one image of Glance's and its memory in another, that
 * one sealed, since whoever asked for the migration can read both. What only this host has of it goes along in the disk's,
 * sealed too. Safe to repeat. A failure ends both.
 */
export async function sendAll(op: InstanceOperation, migration: Migration): Promise<void> {
  const key = await claim(op, migration);
  const belongings = await packedBelongings(op);
  const sealed = belongings === '' ? undefined : seal(belongings, key, op.instance.get('uuid'));
  await together(op, [
    (within) => sendStopped(within, migration.get('uuid'), { nameEnd: 'live-migration-temp', sealed }),
    (within) => sendMemory(within, memoryImageId(migration), key),
  ]);
}

async function sendMemory(op: InstanceOperation, imageId: string, key: string): Promise<void> {
  const { library, checkpoints } = op.parts;
  const { context } = op.request;
  const uuid = op.instance.get('uuid');
  const name = `${op.instance.get('display_name') ?? uuid}-live-migration-memory-temp`;
  await library.create({ id: imageId, name, properties: { instance_uuid: uuid, image_type: 'snapshot' } }, context);
  if ((await awaitQueued(op, imageId)) === 'active') return;
  await library.update(imageId, { containerFormat: 'bare', diskFormat: 'raw' }, context);
  const sealed = sealing(key, imageId);
  // Either's failure is the other's, and is told by who reads.
  pipeline(await checkpoints.read(mainKey(op), CHECKPOINT, op.signal), sealed, () => undefined);
  await library.upload(imageId, sealed, context, op.signal);
}

type Work = (op: InstanceOperation) => Promise<void>;

/** All of them; the first failure ends the others, and is thrown when they have ended. */
async function together(op: InstanceOperation, works: readonly Work[]): Promise<void> {
  const stop = new AbortController();
  const within = { ...op, signal: AbortSignal.any([op.signal, stop.signal]) };
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    failures.push(error);
    stop.abort(error);
  };
  await Promise.all(works.map((work) => work(within).catch(fail)));
  if (failures.length > 0) throw failures[0];
}
