import { deepEqual, rejects } from 'node:assert/strict';
import sinon from 'sinon';
import { cacheImages } from '../../../../src/compute/verbs/cache-images.js';
import type { Operation } from '../../../../src/compute/operation.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { fakeParts, makeRequest } from '../parts.js';

describe('compute/verbs: cache_images', () => {
  const controller = new AbortController();
  function operation(args: Record<string, unknown>, cache: sinon.SinonStub): Operation {
    const { parts, conductor } = fakeParts();
    const request = makeRequest('cache_images', args, { isCall: true });
    return {
      ...{ parts: { ...parts, images: { ...parts.images, cache } }, request, attempt: 1, conductor },
      ...{ signal: controller.signal, log: parts.log },
    };
  }

  it('tells of each image what became of it, one after the other', async () => {
    const cache = sinon.stub();
    cache.withArgs('a').resolves('cached');
    cache.withArgs('b').rejects(new ServiceError('NotFound', 'no such image'));
    cache.withArgs('c').resolves('existing');
    const results = await cacheImages(operation({ image_ids: ['a', 'b', 'c'] }, cache));
    deepEqual(results, { a: 'cached', b: 'error', c: 'existing' });
    deepEqual(await cacheImages(operation({ image_ids: [] }, cache)), {});
  });

  it('refuses what is no list of ids', async () => {
    await rejects(cacheImages(operation({ image_ids: [5] }, sinon.stub())), /image_ids must be a list of strings/);
  });

  it('ends when the service stops', async () => {
    const cache = sinon.stub().callsFake(() => {
      controller.abort(new ServiceError('Interrupted', 'stopping'));
      return Promise.reject(new Error('aborted'));
    });
    await rejects(cacheImages(operation({ image_ids: ['a'] }, cache)), /aborted/);
  });
});
