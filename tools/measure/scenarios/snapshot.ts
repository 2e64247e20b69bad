import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../plane/machine/wait.js';
import type { Bench, Scenario } from '../bench.js';
import { archive, curlAuth, fileUrl, forget, imageRecord, LARGE, settled, upload } from '../large-image.js';
import { deleteAll, timedBoot } from '../servers.js';

const LATEST = '2.93';

/** Milliseconds from the request for an image until Glance has it; and the image's id. */
async function timedSnapshot({ rest, rows, signal }: Bench, server: string): Promise<{ id: string; ms: number }> {
  const began = performance.now();
  const answer = await rest.ask<{ image_id: string }>({
    api: 'compute',
    method: 'POST',
    path: `/servers/${server}/action`,
    body: { createImage: { name: LARGE } },
    microversion: LATEST,
  });
  const id = answer.data.image_id;
  const there = async (): Promise<boolean> => (await rows.imageStatus(id)) === 'active';
  await until(there, { what: 'the snapshot', signal, everyMs: 50, timeoutMs: 600_000 });
  return { id, ms: performance.now() - began };
}

/** What a person would do: commit the container, save it and send it to Glance. */
async function timedByHand(bench: Bench, server: string): Promise<{ id: string; ms: number }> {
  const { plane, rest } = bench;
  const filter = `label=org.openstack.nova.instance_uuid=${server}`;
  const container = (await plane.docker(['ps', '--quiet', '--filter', filter])).trim();
  const id = await imageRecord(bench);
  const [, auth = ''] = await curlAuth(rest);
  const docker = `docker --host=unix://${plane.dockerSocket}`;
  const script =
    `set -o pipefail; ${docker} commit "$1" ${LARGE}:latest; ${docker} save ${LARGE}:latest | curl --fail --silent ` +
    `--show-error --header "$2" --header "Content-Type: application/octet-stream" --upload-file - "$3"`;
  const began = performance.now();
  await plane.run(['bash', '-c', script, 'bash', container, auth, fileUrl(plane, id)]);
  return { id, ms: performance.now() - began };
}

export const snapshot: Scenario = {
  name: 'snapshot',
  about: 'an image of a large server, to docker commit, docker save | curl into Glance',
  run: async (bench) => {
    const [ours, hand]: [number[], number[]] = [[], []];
    const file = join(bench.plane.folder, 'data', 'bench-large.tar');
    await archive(bench, file);
    const source = await upload(bench, file);
    await rm(file);
    const { id: server } = await timedBoot(bench, bench.ours, { name: LARGE, networks: 'none', imageId: source });
    for (let round = 0; round < bench.sizes.imageRounds; round += 1) {
      await settled(bench);
      const mine = await timedSnapshot(bench, server);
      await forget(bench, mine.id);
      await settled(bench);
      const theirs = await timedByHand(bench, server);
      await forget(bench, theirs.id);
      ours.push(mine.ms / 1000);
      hand.push(theirs.ms / 1000);
    }
    await deleteAll(bench, LARGE);
    await forget(bench, source);
    const what = `image of a server of ${bench.sizes.imageMib} MiB`;
    const other = { who: 'commit, save | curl', values: hand };
    return [{ scenario: 'snapshot', what, unit: 's', ours, other, target: { of: 'ratio', at: 'most', limit: 1.1 } }];
  },
};
