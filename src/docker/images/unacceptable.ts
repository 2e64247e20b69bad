import { ServiceError } from '../../errors/kinds.js';

/** The image can't be used, here or on any other host: a fault that tells its owner what to change. */
export function imageUnacceptable(imageId: string, reason: string, cause?: unknown): ServiceError {
  return new ServiceError('Invalid', `Image ${imageId} is unacceptable: ${reason}`, {
    cause,
    nova: { name: 'ImageUnacceptable', code: 400, kwargs: { image_id: imageId, reason } },
  });
}
