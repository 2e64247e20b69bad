import { kindOf } from '../../errors/kinds.js';
import type { KeyedLocks } from '../../compute/locks.js';
import type { Logger } from '../../observe/logger.js';
import { listEveryContainer } from '../engine/containers.js';
import type { Engine } from '../engine/engine.js';
import { listImages, removeImage } from '../engine/images.js';
import type { ContainerListItem, ImageListItem } from '../engine/wire.js';
import type { Clock, ImageSettings } from '../settings.js';
import type { ImageMemory } from './memory.js';
import { ourName } from './reference.js';
import { forgetPull } from './registry/pull.js';

export interface KeeperParts {
  readonly engine: Engine;
  readonly settings: Pick<ImageSettings, 'removeUnused' | 'minimumAgeMs'>;
  readonly memory: ImageMemory;
  /** One turn for each name of ours, and for each name of a pull. */
  readonly turns: KeyedLocks;
  /** When (ms since 1970) an image was last asked for, by our name of it. */
  readonly askedAt: Map<string, number>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Who was just given an image makes a container of it within this time, whatever the operator's minimum age is. */
const IN_HAND_MS = 15 * 60_000;

/** Our names on the engine, and whether a container needs what stands under them. */
interface Found {
  readonly staging: readonly string[];
  readonly used: readonly string[];
  readonly unused: readonly string[];
}

/**
 * Brings the images of this host in order, as nova/virt/imagecache.py and the libvirt driver do (release 26): removes
 * what no container, of whomever, has used for the operator's minimum age, and what crashes have left. Only names of ours
 * are ever taken from an image: one that has another name stays under that. Two calls to the engine, and one for each
 * removal.
 *
 * INVARIANTS: an image that a container was made of is never removed (the engine refuses, too), one that was just
 * given out neither; a name is removed in its turn, so nobody is loading under it.
 */
export async function tidyImages(parts: KeeperParts): Promise<void> {
  const { engine, memory, log } = parts;
  // First the images: a container that is made meanwhile is seen.
  const images = await listImages(engine);
  const found = sorted(images, await listEveryContainer(engine));
  for (const name of found.staging) {
    if (await removeFree(parts, name)) log.info('What an interrupted download has left is removed', { name });
  }
  for (const name of await memory.pulling()) {
    if (!parts.turns.isBusy(name)) await parts.turns.run(name, () => forgetPull(parts, name));
  }
  await memory.noteUnused(await age(parts, found));
  forgetAsked(parts, found);
}

function sorted(images: readonly ImageListItem[], containers: readonly ContainerListItem[]): Found {
  const used = new Set(containers.flatMap(({ ImageID: id, Image: name }) => [id, name]));
  const named = images.flatMap(({ Id: id, RepoTags: tags }) =>
    (tags ?? []).map((name) => ({ name, isUsed: used.has(id) || used.has(name), our: ourName(name) })),
  );
  const kept = named.filter(({ our }) => our?.isStaging === false);
  return {
    staging: named.filter(({ our }) => our?.isStaging === true).map(({ name }) => name),
    used: kept.filter(({ isUsed }) => isUsed).map(({ name }) => name),
    unused: kept.filter(({ isUsed }) => !isUsed).map(({ name }) => name),
  };
}

/** Removes what is old enough; gives since when the others are unused. */
async function age(parts: KeeperParts, { unused }: Found): Promise<ReadonlyMap<string, number>> {
  const { settings, memory, askedAt, clock, log } = parts;
  const nowMs = clock.now().getTime();
  const since = new Map<string, number>();
  for (const name of unused) {
    const notedMs = (await memory.unusedSince(name)) ?? nowMs;
    // From here to the begin of its turn nothing is awaited: nobody can be given the image between.
    const askedMs = askedAt.get(name) ?? 0;
    // A clock that was set back must not keep an image for ever.
    const sinceMs = Math.max(Math.min(notedMs, nowMs), askedMs);
    const isOld = nowMs - sinceMs >= settings.minimumAgeMs && nowMs - askedMs >= IN_HAND_MS;
    if (settings.removeUnused && isOld && (await removeFree(parts, name))) {
      log.info('An unused image is removed', { name, unusedSince: new Date(sinceMs) });
    } else {
      since.set(name, sinceMs);
    }
  }
  return since;
}

/** Takes a name from its image unless somebody is at it; true when it is gone. */
async function removeFree({ engine, turns, log }: KeeperParts, name: string): Promise<boolean> {
  const { reference } = ourName(name) ?? { reference: name };
  if (turns.isBusy(reference)) return false;
  return turns.run(reference, async () => {
    try {
      await removeImage(engine, name);
    } catch (error) {
      if (kindOf(error) === 'NotFound') return true;
      if (kindOf(error) !== 'Conflict') throw error;
      log.debug('An image is in use after all', { name, error });
      return false;
    }
    return true;
  });
}

function forgetAsked({ askedAt, clock }: KeeperParts, { used, unused }: Found): void {
  const there = new Set([...used, ...unused]);
  const longAgo = clock.now().getTime() - IN_HAND_MS;
  for (const [name, at] of askedAt) if (!there.has(name) && at < longAgo) askedAt.delete(name);
}
