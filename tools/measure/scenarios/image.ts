import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench, Scenario } from '../bench.js';
import { archive, curlAuth, fileUrl, forget, LARGE, settled, upload } from '../large-image.js';
import { deleteAll, timedBoot } from '../servers.js';

/** What a person would do: from Glance straight into the engine. */
async function loadedByHand({ plane, rest }: Bench, id: string): Promise<number> {
  const [auth, url] = [await curlAuth(rest), fileUrl(plane, id)];
  const docker = `docker --host=unix://${plane.dockerSocket} load`;
  const script = `set -o pipefail; header=$1; url=$2; curl --fail --silent --header "$header" "$url" | ${docker}`;
  const began = performance.now();
  await plane.run(['bash', '-c', script, 'bash', auth[1] ?? '', url]);
  return performance.now() - began;
}

export const image: Scenario = {
  name: 'image',
  about: 'the first boot of a large image, to curl | docker load of another one of the same size',
  run: async (bench) => {
    const [ours, hand]: [number[], number[]] = [[], []];
    for (let round = 0; round < bench.sizes.imageRounds; round += 1) {
      const ids: string[] = [];
      for (const which of ['a', 'b']) {
        const file = join(bench.plane.folder, 'data', `bench-${which}.tar`);
        await archive(bench, file);
        ids.push(await upload(bench, file));
        await rm(file);
      }
      const [a = '', b = ''] = ids;
      const server = { name: LARGE, networks: 'none', imageId: a };
      await settled(bench);
      ours.push((await timedBoot(bench, bench.ours, server)).ms / 1000);
      await deleteAll(bench, LARGE);
      await settled(bench);
      hand.push((await loadedByHand(bench, b)) / 1000);
      for (const id of ids) await forget(bench, id);
    }
    const what = `first boot of ${bench.sizes.imageMib} MiB`;
    const other = { who: 'curl | docker load', values: hand };
    return [{ scenario: 'image', what, unit: 's', ours, other, target: { of: 'ratio', at: 'most', limit: 1.1 } }];
  },
};
