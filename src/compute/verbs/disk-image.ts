import { Transform, pipeline, type Readable } from 'node:stream';
import { messageOf, novaNameOf } from '../../errors/kinds.js';
import { stringArg } from '../arguments.js';
import { isGone, isStateConflict } from '../failures.js';
import { thaw } from '../guest-ports.js';
import { guestState, mainKey, vanished, toldPower } from '../guest.js';
import { eventually } from '../insist.js';
import { save, type InstanceOperation } from '../operation.js';
import { POWER_STATE } from '../ports/containers.js';
import type { TakenDisk } from '../ports/disks.js';
import { currentInstance } from '../recovery/verb-resume.js';
import type { Task } from '../states.js';

/** A server's disk on its way into an image that nova-api has made a record for. */
export interface Imaging {
  readonly imageId: string;
  readonly tasks: {
    /** As nova-api left it. */
    readonly before: Task;
    /** While the disk is taken. */
    readonly taking: Task;
    readonly sending: Task;
  };
  /** The container is to go on running. */
  readonly runs: boolean;
  /** What goes along in the image, unreadable for whoever has it. */
  readonly sealed?: string;
}

/** Between two writings of how far it has come. */
const PROGRESS_MS = 5000;
/** Glance notices after a moment that who sent it data is gone. */
const PATIENCE_S = 60;
/** Texts of nova-api's copies of image properties are cut here, so those that are as long may be only half of one. */
const CUT_AT_BYTES = 255;

/**
 * Takes the disk and sends it to Glance. A failure deletes the image; in both cases nothing stays on this host. When the
 * service is stopped in between, what was taken stays for the next start, so that the image is of the first moment.
 */
export async function intoImage(op: InstanceOperation, imaging: Imaging): Promise<void> {
  try {
    await takeAndSend(op, imaging);
  } catch (error) {
    if (op.request.signal.aborted) throw error;
    if (imaging.runs && op.attempt > 1) await thawInterrupted(op);
    // Somebody else has the server now, or it is gone. An image that is whole is theirs then: of a shelved server it may be
    // all that there is.
    if (isGone(error) || isStateConflict(error)) await forgetUnfinished(op, imaging.imageId);
    else await forgetImage(op, imaging.imageId);
    throw error;
  }
  await dropDisk(op, imaging.imageId);
}

/** A repeated request whose work nobody wants any more, or which had done it: an image without data goes. */
export async function dropImaging(op: InstanceOperation): Promise<void> {
  const imageId = stringArg(op.request.args, 'image_id');
  if ((await currentInstance(op))?.get('vm_state') === 'active') await thawInterrupted(op);
  await forgetUnfinished(op, imageId);
}

/** A try that was killed may have left the container frozen, and nobody else would end that. */
async function thawInterrupted(op: InstanceOperation): Promise<void> {
  try {
    const state = await op.parts.containers.state(mainKey(op));
    if (state?.powerState === POWER_STATE.PAUSED) await thaw(op);
  } catch (error) {
    op.log.error('A container that an interrupted snapshot may have frozen could not be thawed', {
      reason: messageOf(error),
    });
  }
}

/** Nobody wants the image any more: removes it and what was taken for it, as soon as they can be. Never throws. */
export async function forgetImage(op: InstanceOperation, imageId: string): Promise<void> {
  const remove = (): Promise<void> => op.parts.library.remove(imageId, op.request.context);
  await Promise.all([eventually(op, 'Deleting an image that failed', remove), dropDisk(op, imageId)]);
}

/** The same, but one that is whole stays: it may be all that there is of a server that was shelved. */
async function forgetUnfinished(op: InstanceOperation, imageId: string): Promise<void> {
  const { library } = op.parts;
  const remove = async (): Promise<void> => {
    if (await isUnfinished(op, imageId)) await library.remove(imageId, op.request.context);
  };
  await Promise.all([eventually(op, 'Deleting an image without data', remove), dropDisk(op, imageId)]);
}

async function isUnfinished(op: InstanceOperation, imageId: string): Promise<boolean> {
  try {
    const { status } = await op.parts.library.show(imageId, op.request.context);
    return ['queued', 'saving', 'killed'].includes(status);
  } catch (error) {
    if (novaNameOf(error) === 'ImageNotFound') return false;
    throw error;
  }
}

function dropDisk(op: InstanceOperation, purpose: string): Promise<void> {
  const key = { instanceUuid: op.instance.get('uuid'), purpose };
  return eventually(op, 'Removing the disk that was taken for an image', () => op.parts.disks.drop(key));
}

async function takeAndSend(op: InstanceOperation, { imageId, tasks, runs, sealed }: Imaging): Promise<void> {
  const { before, taking, sending } = tasks;
  const isRepeated = op.attempt > 1;
  const state = await guestState(op);
  await save(
    op,
    { task_state: taking, ...(state && { power_state: toldPower(op, state.powerState) }) },
    isRepeated ? [before, taking, sending] : [before],
  );
  if (isRepeated && (await awaitQueued(op, imageId)) === 'active') {
    await save(op, { task_state: sending }, [taking]);
    return;
  }
  if (state === undefined) throw vanished();
  const disk = await op.parts.disks.take(mainKey(op), imageId, { runs, ephemeral: false, signal: op.signal });
  await save(op, { task_state: sending }, [taking]);
  await send(op, imageId, disk, sealed);
}

/** Fills an image that waits for data with a disk that was taken, telling how far it is. */
export async function send(op: InstanceOperation, imageId: string, disk: TakenDisk, sealed?: string): Promise<void> {
  const { disks, library } = op.parts;
  const { context } = op.request;
  const { properties } = await library.show(imageId, context);
  await library.update(
    imageId,
    {
      containerFormat: 'docker',
      diskFormat: 'raw',
      properties: {
        image_location: 'snapshot',
        image_state: 'available',
        owner_id: op.instance.get('project_id') ?? '',
      },
      withoutProperties: Object.entries(properties).flatMap(([name, value]) => (isTold(name, value) ? [] : [name])),
    },
    context,
  );
  const progress = new Progress(op, disk.sizeBytes);
  try {
    await library.upload(imageId, progress.counting(disks.archive(disk, sealed)), context, op.signal);
  } catch (error) {
    if (!op.request.signal.aborted) await progress.takeBack();
    throw error;
  }
  await progress.end();
}

/**
 * What nova-api copies from the server's image and is not true of this one: where that one's data came from, and texts
 * that were cut. What they said of the command is in the image's own configuration.
 */
function isTold(name: string, value: string): boolean {
  if (name === 'docker_image') return false;
  const isOurs = name.startsWith('docker_') || name === 'os_command_line';
  return !isOurs || Buffer.byteLength(value) < CUT_AT_BYTES;
}

/** The image's status; waits while Glance believes that the data of an interrupted try still come. */
export async function awaitQueued(op: InstanceOperation, imageId: string): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    const { status } = await op.parts.library.show(imageId, op.request.context);
    if (status !== 'saving' || tries === PATIENCE_S) return status;
    await op.parts.pause(1000, op.signal);
    op.signal.throwIfAborted();
  }
}

/** Writes how far the data have come into the server's `progress`, in percent, now and then. */
class Progress {
  #sentBytes = 0;
  #next: number;
  #writing: Promise<void> = Promise.resolve();
  #isWritten = false;

  constructor(
    private readonly op: InstanceOperation,
    private readonly sizeBytes: number,
  ) {
    this.#next = op.parts.now().getTime() + PROGRESS_MS;
  }

  counting(data: Readable): Readable {
    const counter = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.#add(chunk.length);
        done(null, chunk);
      },
    });
    // Either's failure is the other's, and is told by who reads.
    pipeline(data, counter, () => undefined);
    return counter;
  }

  /** The next save takes it back to 0, which is what a server shows that nothing happens to. */
  async end(): Promise<void> {
    await this.#writing;
    if (this.#isWritten) this.op.instance.set('progress', 0);
  }

  /** It failed, and what has come of it counts no more. Never throws. */
  async takeBack(): Promise<void> {
    this.#next = Infinity;
    await this.#writing;
    if (this.#isWritten) await this.#write(0);
  }

  #add(bytes: number): void {
    this.#sentBytes += bytes;
    const now = this.op.parts.now().getTime();
    if (now < this.#next) return;
    this.#next = now + PROGRESS_MS;
    const percent = Math.min(99, Math.floor((this.#sentBytes * 100) / Math.max(1, this.sizeBytes)));
    this.#writing = this.#writing.then(() => this.#write(percent));
  }

  async #write(percent: number): Promise<void> {
    this.#isWritten = true;
    try {
      await save(this.op, { progress: percent });
    } catch (error) {
      if (!isGone(error)) this.op.log.warn('The progress could not be written', { reason: messageOf(error) });
    }
  }
}
