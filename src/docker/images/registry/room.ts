import { ServiceError } from '../../../errors/kinds.js';
import type { ImageFacts } from '../../../compute/ports/images.js';
import type { Logger } from '../../../observe/logger.js';
import type { Clock } from '../../settings.js';

export interface RoomLimits {
  readonly clock: Clock;
  readonly log: Logger;
  /** Free bytes where the engine unpacks images. */
  readonly freeBytes: () => Promise<number>;
  /** So much is left free. */
  readonly reservedBytes: number;
}

/** An engine unpacks at most some hundred megabytes in this time. */
const INTERVAL_MS = 1000;

/**
 * How large an image is unpacked, a registry does not tell: a small download may fill the disk, and with it stop every
 * container of the host. So free space is looked at all the time while an image comes.
 */
export class Room {
  constructor(
    private readonly image: ImageFacts,
    private readonly limits: RoomLimits,
  ) {}

  /** Throws Unavailable where nothing fits any more: another host may have room. */
  async check(): Promise<void> {
    const freeBytes = await this.limits.freeBytes();
    if (freeBytes < this.limits.reservedBytes) throw this.#full(freeBytes);
  }

  /** Looks until the signal aborts, or calls `giveUp`, once. */
  async watch(signal: AbortSignal, giveUp: (reason: unknown) => void): Promise<void> {
    const { clock } = this.limits;
    while (!signal.aborted) {
      await clock.sleep(INTERVAL_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await this.check();
      } catch (error) {
        giveUp(error);
        return;
      }
    }
  }

  #full(freeBytes: number): ServiceError {
    const { log, reservedBytes } = this.limits;
    log.error("The engine's disk has no room for images from registries", {
      imageId: this.image.id,
      freeBytes,
      reservedBytes,
    });
    return new ServiceError('Unavailable', `Image ${this.image.id} does not fit on this host's disk.`);
  }
}
