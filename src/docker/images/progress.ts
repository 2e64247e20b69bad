import type { ImageFacts } from '../../compute/ports/images.js';
import type { Logger } from '../../observe/logger.js';
import type { Clock } from '../settings.js';

interface ProgressParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly intervalMs: number;
}

/** Writes how far a download has come, now and then. */
export function progressLog(
  image: ImageFacts,
  { clock, log, intervalMs }: ProgressParts,
): (bytes: number, ofBytes?: number) => void {
  let next = clock.now().getTime() + intervalMs;
  return (bytes, ofBytes) => {
    const now = clock.now().getTime();
    if (now < next) return;
    next = now + intervalMs;
    log.info('An image is on its way', { imageId: image.id, bytes, ofBytes: ofBytes ?? image.sizeBytes });
  };
}
