import assert from 'node:assert/strict';
import { until } from '../../../tools/plane/machine/wait.js';
import { removeImages, uploadImage, variantImage } from '../support/images.js';
import { Lab } from '../support/lab.js';
import { WitnessedService } from '../support/witnessed.js';

const never = new AbortController().signal;

interface Port {
  readonly id: string;
  readonly fixed_ips: readonly { readonly ip_address: string }[];
}

describe('a rebuilt server', () => {
  const lab = new Lab();
  const { plane } = lab;
  let id: string;
  let image: string;
  let other: string;

  before(async () => {
    image = await uploadImage(lab, 'rebuild-one', await variantImage(lab, ['VOLUME /data', 'ENV WHO=one']));
    other = await uploadImage(lab, 'rebuild-other', await variantImage(lab, ['ENV WHO=other']));
    const { networks } = await lab.rest.get<{ networks: { id: string }[] }>('network', '/networks?name=private');
    id = (await lab.boot({ name: 'rebuild', image, networks: [{ uuid: networks[0]?.id }] })).id;
  });
  afterEach(() => WitnessedService.giveBack(plane));
  after(async () => {
    await lab.deleteAll();
    await removeImages(lab, 'rebuild');
  });

  const inside = (script: string): Promise<string> => plane.docker(['exec', `nova-${id}`, 'sh', '-c', script]);
  const containerId = async (): Promise<string> =>
    (await plane.docker(['inspect', '--format', '{{.Id}}', `nova-${id}`])).trim();
  const ports = async (): Promise<readonly Port[]> =>
    (await lab.rest.get<{ ports: Port[] }>('network', `/ports?device_id=${id}`)).ports;
  const rebuild = (wish: Readonly<Record<string, unknown>>): Promise<unknown> => lab.act(id, { rebuild: wish });
  const anew = async (before: string, status = 'ACTIVE'): Promise<void> => {
    await until(async () => (await containerId().catch(() => before)) !== before, {
      what: 'a new container',
      signal: never,
      everyMs: 150,
    });
    await lab.reaches(id, status);
  };

  it('of the same image has an empty disk and its ports, and its old volumes are gone', async () => {
    await inside('echo old > /root/file; echo old > /data/file');
    const [before, volumes, had] = [
      await containerId(),
      await plane.docker(['volume', 'ls', '--quiet']),
      await ports(),
    ];
    assert.equal(had.length, 1);
    await rebuild({ imageRef: image, name: 'renamed', metadata: { colour: 'blue' } });
    await anew(before);
    assert.equal(await inside('cat /root/file /data/file 2>/dev/null; echo $WHO'), 'one\n');
    assert.deepEqual(await ports(), had);
    assert.match(await inside('ip -4 addr show eth0'), new RegExp(had[0]?.fixed_ips[0]?.ip_address ?? 'none'));
    const server = await lab.show(id);
    assert.deepEqual([server.name, server.metadata['colour']], ['renamed', 'blue']);
    const now = await plane.docker(['volume', 'ls', '--quiet']);
    assert.equal(now.split('\n').length, volumes.split('\n').length);
    assert.notEqual(now, volumes);
  });

  it('of another image; a stopped one stays stopped', async () => {
    await lab.act(id, { 'os-stop': null });
    await lab.reaches(id, 'SHUTOFF');
    const before = await containerId();
    await rebuild({ imageRef: other });
    await anew(before, 'SHUTOFF');
    await lab.act(id, { 'os-start': null });
    await lab.reaches(id, 'ACTIVE');
    assert.equal(await inside('echo $WHO'), 'other\n');
  });

  it('that cannot be made is an ERROR, and keeps its old container', async () => {
    const before = await containerId();
    const bad = await uploadImage(lab, 'rebuild-bad', Buffer.from('no archive at all'));
    await rebuild({ imageRef: bad });
    const server = await lab.reaches(id, 'ERROR');
    assert.match(server.fault?.message ?? '', /unacceptable/);
    assert.equal(await containerId(), before);
    await rebuild({ imageRef: image });
    await anew(before);
  });

  it('whose service is killed (kill -9) in the middle is rebuilt after its restart', async () => {
    const own = plane.service('compute');
    await own.stop();
    const service = await WitnessedService.start(plane, { line: 'after engine.container.remove', nth: 1 });
    const before = await containerId();
    await rebuild({ imageRef: other });
    await service.killed();
    await own.start();
    await anew(before);
    assert.equal(await inside('echo $WHO'), 'other\n');
    assert.deepEqual(await lab.containersOf(id), [`nova-${id}`]);
  });
});
