import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { busyboxArchive } from '../../../tools/plane/openstack/base-image.js';
import type { Lab } from './lab.js';

/** Puts data into Glance as an image for containers; gives its id. The test deletes it by `removeImages`. */
export async function uploadImage(lab: Lab, name: string, data: Buffer): Promise<string> {
  const about = { name, container_format: 'docker', disk_format: 'raw', visibility: 'public' };
  const { id } = await lab.rest.post<{ id: string }>('image', '/images', about);
  const headers = { 'Content-Type': 'application/octet-stream' };
  await lab.rest.ask({ api: 'image', method: 'PUT', path: `/images/${id}/file`, body: data, headers });
  return id;
}

/** The base image with changes as Dockerfile lines, e.g. `CMD ["/no/such"]`, as `docker save` writes it. */
export async function variantImage(lab: Pick<Lab, 'plane'>, changes: readonly string[]): Promise<Buffer> {
  const file = join(lab.plane.folder, 'data', 'variant.tar');
  const base = join(lab.plane.folder, 'data', 'base.tar');
  writeFileSync(base, await busyboxArchive());
  await lab.plane.docker(['load', '--input', base]);
  await lab.plane.docker(['create', '--name', 'variant', '--network', 'none', 'busybox:latest']);
  try {
    const lines = changes.flatMap((line) => ['--change', line]);
    await lab.plane.docker(['commit', ...lines, 'variant', 'variant:latest']);
    await lab.plane.docker(['save', '--output', file, 'variant:latest']);
  } finally {
    await lab.plane.docker(['rm', '--force', 'variant']);
    await lab.plane.docker(['rmi', '--force', 'variant:latest', 'busybox:latest']);
  }
  return readFileSync(file);
}

/** Removes the images of these names from Glance. */
export async function removeImages(lab: Lab, prefix: string): Promise<void> {
  const { images } = await lab.rest.get<{ images: { id: string; name: string }[] }>('image', '/images?limit=1000');
  for (const { id, name } of images) {
    if (name.startsWith(prefix)) await lab.rest.ask({ api: 'image', method: 'DELETE', path: `/images/${id}` });
  }
}
