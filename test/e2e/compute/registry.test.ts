import assert from 'node:assert/strict';
import { until } from '../../../tools/plane/machine/wait.js';
import { busyboxImage } from '../../contract/docker/bench.js';
import { TestRegistry } from '../../fixtures/registry.js';
import { removeImages } from '../support/images.js';
import { Lab } from '../support/lab.js';

const PREFIX = 'registry-';

describe('an image that refers to a registry', () => {
  const lab = new Lab();
  let registry: TestRegistry;
  let digest: string;

  before(async () => {
    registry = await TestRegistry.start();
    digest = await registry.push('team/app:1', await busyboxImage({ Cmd: ['sh', '-c', 'echo fetched; sleep 1d'] }));
    await lab.plane.service('compute').restart({
      compute: {
        docker: { allowed_registries: registry.host, registry_auth_file: await registry.credentials() },
      },
    });
  });
  afterEach(async () => {
    await lab.deleteAll();
    await removeImages(lab, PREFIX);
  });
  after(async () => {
    await registry.stop();
    await lab.plane.service('compute').restart();
  });

  /** An image without data, as `openstack image create --property docker_image=…` makes it of an empty file. */
  async function referringTo(reference: string): Promise<string> {
    const about = { name: `${PREFIX}image`, container_format: 'docker', disk_format: 'raw', docker_image: reference };
    const { id } = await lab.rest.post<{ id: string }>('image', '/images', about);
    const headers = { 'Content-Type': 'application/octet-stream' };
    await lab.rest.ask({ api: 'image', method: 'PUT', path: `/images/${id}/file`, body: Buffer.alloc(0), headers });
    return id;
  }

  it('boots from there, by its digest', async () => {
    const image = await referringTo(`${registry.host}/team/app@${digest}`);
    const { id } = await lab.boot({ image });
    const { output } = await lab.act<{ output: string }>(id, { 'os-getConsoleOutput': { length: 5 } });
    assert.match(output, /fetched/);
    const names = await lab.plane.docker(['images', '--all', '--digests', '--format', '{{.Repository}}']);
    assert.ok(names.includes(`nova-image/${image}`));
    assert.ok(!names.includes(registry.host));
  });

  it('is brought here by Nova before anybody boots it', async () => {
    const image = await referringTo(`${registry.host}/team/app:1`);
    const path = '/os-aggregates';
    const { aggregate } = await lab.rest.post<{ aggregate: { id: number } }>('compute', path, {
      aggregate: { name: `${PREFIX}hosts` },
    });
    const act = (body: object): Promise<unknown> =>
      lab.rest.post('compute', `${path}/${aggregate.id}/action`, body, lab.latest);
    try {
      await act({ add_host: { host: lab.plane.host } });
      await lab.rest.post('compute', `${path}/${aggregate.id}/images`, { cache: [{ id: image }] }, lab.latest);
      const isHere = async (): Promise<boolean> =>
        (await lab.plane.docker(['images', '--format', '{{.Repository}}'])).includes(`nova-image/${image}`);
      await until(isHere, { what: 'the image to be here', signal: new AbortController().signal });
      await act({ remove_host: { host: lab.plane.host } });
    } finally {
      await lab.rest.ask({ api: 'compute', method: 'DELETE', path: `${path}/${aggregate.id}` });
    }
  });

  for (const [what, reference, fault] of [
    ['is not there', (host: string) => `${host}/team/app:none`, /registry has no .*team\/app.*manifest unknown/],
    ['is no reference', (host: string) => `http://${host}/team/app`, /docker_image is no reference to an image/],
    ['names a registry that is not allowed', () => 'quay.example/app', /takes no images from quay\.example\/app/],
  ] as const) {
    it(`fails with a fault that says so, when it ${what}`, async () => {
      const id = await lab.create({ image: await referringTo(reference(registry.host)) });
      const server = await lab.reaches(id, 'ERROR');
      assert.match(server.fault?.message ?? '', fault);
      assert.deepEqual([await lab.containersOf(id), await lab.allocationsOf(id)], [[], []]);
    });
  }
});
