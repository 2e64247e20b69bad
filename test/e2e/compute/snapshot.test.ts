import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../../tools/plane/machine/wait.js';
import { removeImages, uploadImage, variantImage } from '../support/images.js';
import { Lab } from '../support/lab.js';
import { WitnessedService } from '../support/witnessed.js';

const never = new AbortController().signal;

interface Image {
  readonly id: string;
  readonly status: string;
  readonly [property: string]: unknown;
}

/** A server of an image with a VOLUME, and images that are made of it. */
describe('images of a server', () => {
  const lab = new Lab();
  const { plane } = lab;
  let id: string;

  before(async () => {
    const changes = ['VOLUME /data', 'ENV GREETING=hello', 'USER 0:7', 'CMD ["/bin/sh", "-c", "sleep 1000000"]'];
    const image = await uploadImage(lab, 'snapshot-source', await variantImage(lab, changes));
    id = (await lab.boot({ name: 'snapshot', image })).id;
    await inside(id, 'echo kept > /root/file; mkdir /data/deep; echo precious > /data/deep/file; rm /bin/yes');
  });
  afterEach(() => WitnessedService.giveBack(plane));
  after(async () => {
    await lab.deleteAll();
    await removeImages(lab, 'snapshot');
  });

  const inside = (server: string, script: string): Promise<string> =>
    plane.docker(['exec', `nova-${server}`, 'sh', '-c', script]);
  const shown = (image: string): Promise<Image> => lab.rest.get<Image>('image', `/images/${image}`);
  const startedAt = (): Promise<string> =>
    plane.docker(['inspect', '--format', '{{.State.StartedAt}} {{.State.Status}}', `nova-${id}`]);
  const imaged = async (image: string, status = 'ACTIVE'): Promise<Image> => {
    const active = await until(async () => ((await shown(image)).status === 'active' ? shown(image) : null), {
      what: 'the image to be active',
      signal: never,
      everyMs: 150,
    });
    await lab.reaches(id, status);
    return active;
  };
  const create = async (name: string): Promise<string> =>
    (await lab.act<{ image_id: string }>(id, { createImage: { name, metadata: { purpose: 'test' } } })).image_id;
  const nothingStays = async (): Promise<void> => {
    assert.equal(await plane.docker(['images', '--quiet', 'nova-disk/*']), '');
    assert.deepEqual(readdirSync(join(plane.folder, 'data', plane.host, 'disks')), []);
  };

  it('boot again with what the server had, its volumes too; it ran on all the time', async () => {
    const before = await startedAt();
    const image = await imaged(await create('snapshot-1'));
    assert.equal(await startedAt(), before);
    assert.deepEqual(
      [image['container_format'], image['disk_format'], image['image_type'], image['purpose'], image['instance_uuid']],
      ['docker', 'raw', 'snapshot', 'test', id],
    );
    await nothingStays();

    const { id: again } = await lab.boot({ name: 'again', image: image.id });
    const script =
      'cat /root/file /data/deep/file; echo $GREETING $(id -g); ls /bin/yes 2>/dev/null; cat /proc/*/cmdline';
    const told = await inside(again, script);
    assert.ok(told.startsWith('kept\nprecious\nhello 7\n'), told);
    assert.match(told, /sleep/);
    assert.match(told, /1000000/);
    const [name = ''] = (
      await plane.docker(['images', '--format', '{{.Repository}}:{{.Tag}}', `nova-image/${image.id}`])
    ).split('\n');
    const labels = await plane.docker(['image', 'inspect', '--format', '{{json .Config.Labels}}', name]);
    assert.doesNotMatch(labels, /openstack/);
    await lab.delete(again);
  });

  it('backups rotate; that of a stopped server leaves it stopped', async () => {
    const backup = async (name: string, status: string): Promise<string> => {
      const body = { createBackup: { name, backup_type: 'daily', rotation: 1 } };
      const { image_id: image } = await lab.act<{ image_id: string }>(id, body);
      await imaged(image, status);
      return image;
    };
    const backups = async (): Promise<readonly string[]> => {
      const path = `/images?instance_uuid=${id}&image_type=backup&sort_key=created_at&sort_dir=desc`;
      return (await lab.rest.get<{ images: Image[] }>('image', path)).images.map((one) => one.id);
    };
    const keep = (image: string, value: boolean): Promise<unknown> => {
      const headers = { 'Content-Type': 'application/openstack-images-v2.1-json-patch' };
      const body = [{ op: 'replace', path: '/protected', value }];
      return lab.rest.ask({ api: 'image', method: 'PATCH', path: `/images/${image}`, body, headers });
    };
    const first = await backup('snapshot-backup-1', 'ACTIVE');
    await lab.act(id, { 'os-stop': null });
    await lab.reaches(id, 'SHUTOFF');
    const second = await backup('snapshot-backup-2', 'SHUTOFF');
    assert.deepEqual([await backups(), first === second], [[second], false]);
    await nothingStays();

    // One that somebody keeps from being deleted stays, and the next one is made all the same.
    await keep(second, true);
    const third = await backup('snapshot-backup-3', 'SHUTOFF');
    assert.deepEqual(await backups(), [third, second]);
    await keep(second, false);
    await lab.rest.ask({ api: 'image', method: 'DELETE', path: `/images/${third}` });
    // And one that somebody deleted is not missed.
    const fourth = await backup('snapshot-backup-4', 'SHUTOFF');
    assert.deepEqual(await backups(), [fourth]);
    await nothingStays();
    await lab.act(id, { 'os-start': null });
    await lab.reaches(id, 'ACTIVE');
  });

  it('the service killed (kill -9) while the server stands still: the image is made after its restart', async () => {
    const own = plane.service('compute');
    await own.stop();
    const service = await WitnessedService.start(plane, { line: 'after host.volumes.read', nth: 1 });
    const image = await create('snapshot-killed');
    await service.killed();
    assert.match(await startedAt(), / paused$/m);
    await own.start();
    await imaged(image);
    assert.match(await startedAt(), / running$/m);
    await nothingStays();
  });
});

/** Enough of a disk that something can happen while it is sent. */
const SENT_MIB = 256;

/** Nobody waits for such an image any more, so nothing of it may stay: in Glance, on the host, or in the server's states. */
describe('an image of a server that is being sent', () => {
  const lab = new Lab();
  const { plane } = lab;
  const glance = plane.service('glance');
  let id: string;

  before(async () => {
    id = (await lab.boot({ name: 'sent' })).id;
    const fill = `dd if=/dev/urandom of=/root/much bs=1M count=${SENT_MIB}`;
    await plane.docker(['exec', `nova-${id}`, 'sh', '-c', fill]);
  });
  after(async () => {
    if (glance.pid === null) await glance.start();
    await lab.deleteAll();
    await removeImages(lab, 'sent');
  });

  /** Asks for an image and waits until its data are on their way. */
  const sending = async (name: string): Promise<string> => {
    const { image_id: image } = await lab.act<{ image_id: string }>(id, { createImage: { name } });
    const path = `/images/${image}`;
    const saves = async (): Promise<boolean> => (await lab.rest.get<Image>('image', path)).status === 'saving';
    await until(saves, { what: 'the image to be sent', signal: never, everyMs: 30, timeoutMs: 120_000 });
    return image;
  };
  const gone = async (image: string): Promise<void> => {
    const path = `/images/${image}`;
    const isGone = async (): Promise<boolean> =>
      (await lab.rest.ask({ api: 'image', path, accept: [404] })).status === 404;
    await until(isGone, { what: 'the image to be gone', signal: never, everyMs: 150, timeoutMs: 120_000 });
  };
  const hostIsClean = async (): Promise<void> => {
    const isClean = async (): Promise<boolean> =>
      (await plane.docker(['images', '--quiet', 'nova-disk/*'])) === '' &&
      readdirSync(join(plane.folder, 'data', plane.host, 'disks')).length === 0 &&
      (await plane.docker(['ps', '--quiet', '--filter', 'status=paused'])) === '';
    await until(isClean, { what: 'nothing to be left on the host', signal: never, everyMs: 150, timeoutMs: 60_000 });
  };
  const ended = async (result: string): Promise<void> => {
    const isTold = async (): Promise<boolean> =>
      (await lab.eventsOf(id, 'createImage')).some((event) => event.result === result);
    await until(isTold, { what: `an end with ${result}`, signal: never, everyMs: 150, timeoutMs: 120_000 });
  };

  it('and deleted in Glance: the server is as before, which is no failure', async () => {
    const image = await sending('sent-deleted');
    await lab.rest.ask({ api: 'image', method: 'DELETE', path: `/images/${image}` });
    await ended('Success');
    await lab.reaches(id, 'ACTIVE');
    await gone(image);
    await hostIsClean();
  });

  it('to a Glance that is killed: the server is as before at once; the image goes when Glance is back', async () => {
    const image = await sending('sent-nowhere');
    await glance.kill();
    await ended('Error');
    await lab.reaches(id, 'ACTIVE');
    await hostIsClean();
    // The server's turn is free while the image waits for Glance.
    await lab.act(id, { 'os-stop': null });
    await lab.reaches(id, 'SHUTOFF');
    await glance.start();
    await gone(image);
    await lab.act(id, { 'os-start': null });
    await lab.reaches(id, 'ACTIVE');
  });

  it('of a server that is deleted: both are gone', async () => {
    const image = await sending('sent-of-nobody');
    await lab.delete(id);
    await gone(image);
    await hostIsClean();
    assert.deepEqual(await lab.containersOf(id), []);
  });
});
