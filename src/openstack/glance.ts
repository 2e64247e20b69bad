import type { Readable } from 'node:stream';
import type { ImageChanges, ImageFacts, ImageSource, ImageStore, NewImage } from '../compute/ports/images.js';
import { messageOf, ServiceError, type NovaException } from '../errors/kinds.js';
import type { RequestContext } from '../observe/context.js';
import { imageFacts, imagePatch } from './image-record.js';
import type { Session } from './session.js';
import { objectIn, objectsIn, textIn } from './shape.js';

/**
 * Images of Glance v2, asked for with the user's token of the context (a context without one: with our own credentials).
 * Mirrors nova/image/glance.py, release 26, and its translation of errors to Nova's exceptions.
 */
export function createGlance(session: Session): ImageSource & ImageStore {
  return {
    show: (imageId, context) => translated(imageId, () => show(session, imageId, context)),
    download: (imageId, context, signal) => translated(imageId, () => download(session, imageId, context, signal)),
    create: (image, context) => translated(image.id, () => create(session, image, context)),
    update: (imageId, changes, context) => translated(imageId, () => update(session, imageId, changes, context)),
    upload: (imageId, data, context, signal) =>
      translated(imageId, async () => {
        const path = `${pathOf(imageId)}/file`;
        await session.upload({ name: 'image.upload', method: 'PUT', path, as: context, signal }, data);
      }),
    remove: (imageId, context) =>
      translated(imageId, async () => {
        const path = pathOf(imageId);
        await session.request({ name: 'image.remove', method: 'DELETE', path, as: context, accept: [404] });
      }),
    backups: (of, context) => backups(session, of, context),
  };
}

async function show(session: Session, imageId: string, context: RequestContext): Promise<ImageFacts> {
  const name = 'image.show';
  const answer = await session.request({ name, method: 'GET', path: pathOf(imageId), as: context });
  return imageFacts(objectIn(answer.body, name), name);
}

async function download(
  session: Session,
  imageId: string,
  context: RequestContext,
  signal: AbortSignal,
): Promise<Readable> {
  const path = `${pathOf(imageId)}/file`;
  const answer = await session.download({ name: 'image.download', method: 'GET', path, as: context, signal });
  if (answer.status !== 204) return answer.stream;
  answer.stream.destroy();
  throw new ServiceError('Invalid', `Image ${imageId} has no data yet: upload it first`, {
    nova: { name: 'ImageUnacceptable', kwargs: { image_id: imageId, reason: 'Image has no associated data' } },
  });
}

async function create(session: Session, { id, name, properties }: NewImage, context: RequestContext): Promise<void> {
  const body = { ...properties, id, name, visibility: 'private' };
  const request = { name: 'image.create', method: 'POST', path: '/images', repeatable: true } as const;
  await session.request({ ...request, body, as: context, accept: [409] });
}

async function update(
  session: Session,
  imageId: string,
  changes: ImageChanges,
  context: RequestContext,
): Promise<void> {
  const { withoutProperties: unwanted = [], ...others } = changes;
  // Glance refuses to take away what is not there.
  const has = unwanted.length === 0 ? {} : (await show(session, imageId, context)).properties;
  const body = imagePatch({ ...others, withoutProperties: unwanted.filter((name) => Object.hasOwn(has, name)) });
  if (body.length === 0) return;
  const headers = { 'Content-Type': 'application/openstack-images-v2.1-json-patch' };
  // The patch sets values and adds nothing up, so saying it twice changes nothing.
  const request = { name: 'image.update', method: 'PATCH', path: pathOf(imageId), repeatable: true } as const;
  await session.request({ ...request, body, headers, as: context });
}

/** As many as Glance tells at once (api_limit_max): what is older than a thousand others stays. */
async function backups(
  session: Session,
  { instanceUuid, type }: { instanceUuid: string; type: string },
  context: RequestContext,
): Promise<readonly string[]> {
  const name = 'image.backups';
  const query = new URLSearchParams({
    ...{ image_type: 'backup', backup_type: type, instance_uuid: instanceUuid },
    ...{ sort_key: 'created_at', sort_dir: 'desc', limit: '1000' },
  });
  const answer = await session.request({ name, method: 'GET', path: `/images?${query.toString()}`, as: context });
  return objectsIn(objectIn(answer.body, name)['images'], name).map(({ id }) => textIn(id, name));
}

function pathOf(imageId: string): string {
  return `/images/${encodeURIComponent(imageId)}`;
}

/** Names the exception that Nova has for what went wrong with an image. */
async function translated<T>(imageId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.nova !== undefined) throw error;
    const nova = novaException(imageId, error);
    throw nova === undefined ? error : new ServiceError(error.kind, error.message, { nova, facts: error.facts });
  }
}

function novaException(imageId: string, error: ServiceError): NovaException | undefined {
  const image = { image_id: imageId };
  if (error.facts['status'] === 413) return { name: 'ImageQuotaExceeded', code: 413, kwargs: image };
  const text = messageOf(error);
  switch (error.kind) {
    case 'NotFound':
      return { name: 'ImageNotFound', code: 404, kwargs: image };
    case 'Forbidden':
      return { name: 'ImageNotAuthorized', kwargs: image };
    case 'Invalid':
      return { name: 'ImageBadRequest', code: 400, kwargs: { ...image, response: text } };
    case 'Conflict':
      return { name: 'ImageDeleteConflict', kwargs: { reason: text } };
    case 'Unavailable':
    case 'Timeout':
      return { name: 'GlanceConnectionFailed', kwargs: { server: 'glance', reason: text } };
    default:
      return undefined;
  }
}
