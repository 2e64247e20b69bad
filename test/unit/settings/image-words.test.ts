import { deepEqual } from 'node:assert/strict';
import type { InstanceSettings } from '../../../src/settings/catalogue.js';
import { withoutForbiddenWords, type ImageWords } from '../../../src/settings/image-words.js';
import { parsePolicy } from '../../../src/settings/policy.js';
import { shippedPolicy } from './shipped.js';

const shipped = shippedPolicy();

function words(variables: readonly string[], labels: readonly string[] = []): ImageWords {
  return { variables, labels: Object.fromEntries(labels.map((name) => [name, 'x'])) };
}

function judged(image: ImageWords, settings: InstanceSettings = {}, policy = shipped): InstanceSettings {
  return withoutForbiddenWords(settings, image, policy);
}

describe('settings/image-words: what an image says by itself', () => {
  it('stays as it is, but for what hands out devices of the host', () => {
    deepEqual(judged(words(['PATH', 'HOME', 'MY_NVIDIA_X'])), {});
    deepEqual(judged(words(['PATH', 'NVIDIA_VISIBLE_DEVICES', 'ASCEND_RUNTIME_OPTIONS', 'AMD_VISIBLE_DEVICES'])), {
      env: { NVIDIA_VISIBLE_DEVICES: '', ASCEND_RUNTIME_OPTIONS: '', AMD_VISIBLE_DEVICES: '' },
    });
  });

  it('counts where a flavor says it', () => {
    const env = { NVIDIA_VISIBLE_DEVICES: '1', A: 'b' };
    deepEqual(judged(words(['NVIDIA_VISIBLE_DEVICES', 'NVIDIA_DRIVER_CAPABILITIES']), { env }), {
      env: { ...env, NVIDIA_DRIVER_CAPABILITIES: '' },
    });
  });

  it('is not believed by what it leaves out: an old CUDA image, or one that is made to look like one', () => {
    const nothing = { NVIDIA_VISIBLE_DEVICES: '' };
    deepEqual(judged(words(['CUDA_VERSION'])), { env: nothing });
    deepEqual(judged(words([]), { env: { CUDA_VERSION: '9' } }), { env: { ...nothing, CUDA_VERSION: '9' } });
    const open = parsePolicy('[env]\nset_by = image', 'p');
    deepEqual(judged(words(['CUDA_VERSION', 'NVIDIA_VISIBLE_DEVICES']), {}, open), {});
  });

  it('is bound where nobody may set variables, too', () => {
    for (const text of ['', '[env]\nset_by = flavor'])
      deepEqual(judged(words(['PATH', 'NVIDIA_X']), {}, parsePolicy(text, 'p')), { env: { NVIDIA_X: '' } });
  });

  it('is bound by the operator’s own words', () => {
    const policy = parsePolicy('[env]\nset_by = image\nforbidden = LD_*\n[env:TOKEN]\nset_by = flavor', 'p');
    deepEqual(judged(words(['PATH', 'LD_PRELOAD', 'TOKEN', 'NVIDIA_X']), {}, policy), {
      env: { LD_PRELOAD: '', TOKEN: '' },
    });
  });

  it('has no labels for programs of the host, unless the operator lets images set them', () => {
    const image = words([], ['traefik.enable', 'org.opencontainers.image.version', 'app']);
    deepEqual(judged(image, { label: { app: 'of the flavor' } }), {
      label: { 'traefik.enable': '', app: 'of the flavor' },
    });
    const policy = parsePolicy('[label]\nset_by = image\nallowed = app, web.*\nforbidden = web.x', 'p');
    deepEqual(judged(words([], ['app', 'web.x', 'other']), {}, policy), { label: { 'web.x': '', other: '' } });
  });
});
