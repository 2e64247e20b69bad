import { rm } from 'node:fs/promises';
import type { Bench } from './bench.js';
import { imageOnEngine } from './by-hand.js';

/** Of the images, in Glance and in the engine. */
export const LARGE = 'bench-image';

/** An archive of that much noise on top of the base image, which the engine does not keep. Never twice the same. */
export async function archive(bench: Bench, file: string): Promise<void> {
  const { plane, sizes } = bench;
  const base = await imageOnEngine(bench);
  const noise = `${file}.noise`;
  await plane.run(['dd', 'if=/dev/urandom', `of=${noise}`, 'bs=1M', `count=${sizes.imageMib}`]);
  await plane.docker(['create', '--name', LARGE, '--network', 'none', base]);
  await plane.docker(['cp', noise, `${LARGE}:/noise`]);
  await plane.docker(['commit', LARGE, `${LARGE}:latest`]);
  await plane.docker(['rm', '--force', LARGE]);
  await plane.docker(['save', '--output', file, `${LARGE}:latest`]);
  await plane.docker(['rmi', `${LARGE}:latest`]);
  await rm(noise);
}

/** A new image of Glance that waits for its data; its id. */
export async function imageRecord({ rest }: Bench): Promise<string> {
  const about = { name: LARGE, container_format: 'docker', disk_format: 'raw' };
  return (await rest.post<{ id: string }>('image', '/images', about)).id;
}

/** Puts an archive into Glance; resolves to the image's id. */
export async function upload(bench: Bench, file: string): Promise<string> {
  const { plane, rest } = bench;
  const id = await imageRecord(bench);
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

/** Options of curl. */
export async function curlAuth(rest: Bench['rest']): Promise<string[]> {
  return ['--header', `X-Auth-Token: ${await rest.token()}`];
}

/** Where Glance has an image's data. */
export function fileUrl(plane: Bench['plane'], id: string): string {
  return `${plane.url('image')}/images/${id}/file`;
}

/** What was written before is not to be written beside what is measured next. */
export async function settled({ plane }: Bench): Promise<void> {
  await plane.run(['sync']);
}

/** Removes an image from Glance, and what was loaded by hand. */
export async function forget(bench: Bench, id: string): Promise<void> {
  await bench.rest.ask({ api: 'image', method: 'DELETE', path: `/images/${id}` });
  await bench.plane.docker(['rmi', '--force', `${LARGE}:latest`]).catch(() => '');
}
