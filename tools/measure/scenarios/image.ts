import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench, Scenario } from '../bench.js';
import { deleteAll, timedBoot } from '../servers.js';

const NAME = 'bench-image';

/** An archive of that much noise on top of the base image, which the engine does not keep. Never twice the same. */
async function archive(bench: Bench, file: string): Promise<void> {
  const { plane, sizes } = bench;
  const base = (await plane.docker(['images', '--all', '--quiet'])).trim().split('\n')[0] ?? '';
  const noise = `${file}.noise`;
  await plane.run(['dd', 'if=/dev/urandom', `of=${noise}`, 'bs=1M', `count=${sizes.imageMib}`]);
  await plane.docker(['create', '--name', NAME, '--network', 'none', base]);
  await plane.docker(['cp', noise, `${NAME}:/noise`]);
  await plane.docker(['commit', NAME, `${NAME}:latest`]);
  await plane.docker(['rm', '--force', NAME]);
  await plane.docker(['save', '--output', file, `${NAME}:latest`]);
  await plane.docker(['rmi', `${NAME}:latest`]);
  await rm(noise);
}

/** Puts an archive into Glance; resolves to the image's id. */
async function upload({ plane, rest }: Bench, file: string): Promise<string> {
  const about = { name: NAME, container_format: 'docker', disk_format: 'raw' };
  const { id } = await rest.post<{ id: string }>('image', '/images', about);
  await plane.run([
    'curl',
    '--fail',
    '--silent',
    '--show-error',
    ...(await curlAuth(rest)),
    '--upload-file',
    file,
    '--header',
    'Content-Type: application/octet-stream',
    fileUrl(plane, id),
  ]);
  return id;
}

async function curlAuth(rest: Bench['rest']): Promise<string[]> {
  return ['--header', `X-Auth-Token: ${await rest.token()}`];
}

function fileUrl(plane: Bench['plane'], id: string): string {
  return `${plane.url('image')}/images/${id}/file`;
}

/** What a person would do: from Glance straight into the engine. */
async function byHand({ plane, rest }: Bench, id: string): Promise<number> {
  const [auth, url] = [await curlAuth(rest), fileUrl(plane, id)];
  const docker = `docker --host=unix://${plane.dockerSocket} load`;
  const script = `set -o pipefail; header=$1; url=$2; curl --fail --silent --header "$header" "$url" | ${docker}`;
  const began = performance.now();
  await plane.run(['bash', '-c', script, 'bash', auth[1] ?? '', url]);
  return performance.now() - began;
}

async function forget(bench: Bench, id: string): Promise<void> {
  await bench.rest.ask({ api: 'image', method: 'DELETE', path: `/images/${id}` });
  await bench.plane.docker(['rmi', '--force', `${NAME}:latest`]).catch(() => '');
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
      const server = { name: NAME, networks: 'none', imageId: a };
      ours.push((await timedBoot(bench, bench.ours, server)).ms / 1000);
      await deleteAll(bench, NAME);
      hand.push((await byHand(bench, b)) / 1000);
      for (const id of ids) await forget(bench, id);
    }
    const what = `first boot of ${bench.sizes.imageMib} MiB`;
    const other = { who: 'curl | docker load', values: hand };
    return [{ scenario: 'image', what, unit: 's', ours, other, target: { of: 'ratio', at: 'most', limit: 1.1 } }];
  },
};
