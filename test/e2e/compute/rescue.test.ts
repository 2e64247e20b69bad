import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { until } from '../../../tools/plane/machine/wait.js';
import { removeImages, uploadImage, variantImage } from '../support/images.js';
import { Lab } from '../support/lab.js';
import { WitnessedService } from '../support/witnessed.js';

const never = new AbortController().signal;

describe('a rescued server', () => {
  const lab = new Lab();
  const { plane } = lab;
  let id: string;
  let medic: string;

  before(async () => {
    const image = await uploadImage(lab, 'rescue', await variantImage(lab, ['VOLUME /data']));
    medic = await uploadImage(lab, 'rescue-medic', await variantImage(lab, ['ENV WHO=medic']));
    const { networks } = await lab.rest.get<{ networks: { id: string }[] }>('network', '/networks?name=private');
    id = (await lab.boot({ name: 'rescue', image, networks: [{ uuid: networks[0]?.id }] })).id;
    await inside('', 'echo broken > /root/file; echo broken > /data/file');
  });
  afterEach(() => WitnessedService.giveBack(plane));
  after(async () => {
    await lab.deleteAll();
    await removeImages(lab, 'rescue');
  });

  const inside = (role: '' | '-rescue', script: string): Promise<string> =>
    plane.docker(['exec', `nova-${id}${role}`, 'sh', '-c', script]);
  const running = async (): Promise<readonly string[]> => {
    const lines = await plane.docker(['ps', '--filter', `name=nova-${id}`, '--format', '{{.Names}}']);
    return lines.split('\n').filter((line) => line !== '');
  };
  const isMounted = (): boolean =>
    readFileSync(`/proc/${plane.service('compute').pid}/mountinfo`, 'utf8').includes(`disks-exposed/${id}`);
  const killEngine = async (): Promise<void> => {
    const engine = plane.service('docker');
    await engine.kill();
    await engine.start();
  };
  const address = (role: '' | '-rescue'): Promise<string> => inside(role, 'ip -4 addr show eth0 | grep inet');
  const rescue = (image?: string): Promise<unknown> =>
    lab.act(id, { rescue: { adminPass: 'secret', ...(image !== undefined && { rescue_image_ref: image }) } });

  it('has its disk at /rescue in a container of the rescue image, and its network; what is changed there stays', async () => {
    const before = await address('');
    await rescue(medic);
    const server = await lab.reaches(id, 'RESCUE');
    assert.deepEqual([server['OS-EXT-STS:power_state'], await running()], [1, [`nova-${id}-rescue`]]);
    assert.equal(
      await inside('-rescue', 'cat /rescue/root/file /rescue/data/file; echo $WHO'),
      'broken\nbroken\nmedic\n',
    );
    assert.equal(await address('-rescue'), before);
    await inside('-rescue', 'echo mended > /rescue/root/file; echo mended > /rescue/data/file; rm /rescue/bin/yes');
    await lab.act(id, { unrescue: null });
    await lab.reaches(id, 'ACTIVE');
    assert.deepEqual(await running(), [`nova-${id}`]);
    assert.equal(await inside('', 'cat /root/file /data/file; ls /bin/yes 2>/dev/null || true'), 'mended\nmended\n');
    assert.deepEqual([await lab.containersOf(id), isMounted()], [[`nova-${id}`], false]);
    assert.equal(await address(''), before);
  });

  it('of its own image; a stopped one runs after it, as Nova has it', async () => {
    await lab.act(id, { 'os-stop': null });
    await lab.reaches(id, 'SHUTOFF');
    await rescue();
    await lab.reaches(id, 'RESCUE');
    assert.deepEqual(await running(), [`nova-${id}-rescue`]);
    assert.equal(await inside('-rescue', 'cat /rescue/root/file'), 'mended\n');
    await lab.act(id, { unrescue: null });
    await lab.reaches(id, 'ACTIVE');
    assert.deepEqual(await running(), [`nova-${id}`]);
  });

  it('that can not be runs as before', async () => {
    const bad = await uploadImage(lab, 'rescue-bad', Buffer.from('no archive at all'));
    await rescue(bad);
    const failed = async (): Promise<boolean> =>
      (await lab.eventsOf(id, 'rescue')).some(({ result }) => result === 'Error');
    await until(failed, { what: 'the rescue to fail', signal: never, everyMs: 150 });
    await lab.reaches(id, 'ACTIVE');
    assert.deepEqual([await running(), await lab.containersOf(id)], [[`nova-${id}`], [`nova-${id}`]]);
  });

  it('stays rescued when the engine is killed (kill -9); what was changed in it is the server’s after it', async () => {
    await rescue();
    await lab.reaches(id, 'RESCUE');
    await inside('-rescue', 'echo before > /rescue/root/kill');
    await killEngine();
    const serves = async (): Promise<boolean> =>
      (await inside('-rescue', 'cat /rescue/root/kill').catch(() => '')) === 'before\n';
    await until(serves, { what: 'the rescue to run', signal: never, everyMs: 200, timeoutMs: 120_000 });
    assert.deepEqual(await running(), [`nova-${id}-rescue`]);
    await lab.reaches(id, 'RESCUE');
    await inside('-rescue', 'echo mended > /rescue/root/file; echo after > /rescue/root/kill');
    await lab.act(id, { unrescue: null });
    await lab.reaches(id, 'ACTIVE');
    assert.deepEqual([await running(), await lab.containersOf(id)], [[`nova-${id}`], [`nova-${id}`]]);
    assert.equal(await inside('', 'cat /root/file /root/kill'), 'mended\nafter\n');
    assert.equal(isMounted(), false);
  });

  it('is rescued though its service is killed (kill -9) in the middle; deleted, it leaves nothing', async () => {
    const own = plane.service('compute');
    await own.stop();
    const service = await WitnessedService.start(plane, { line: 'after host.disk.mount', nth: 1 });
    await rescue();
    await service.killed();
    await own.start();
    await lab.reaches(id, 'RESCUE');
    assert.equal(await inside('-rescue', 'cat /rescue/data/file'), 'mended\n');
    await lab.delete(id);
    assert.deepEqual([await lab.containersOf(id), isMounted()], [[], false]);
  });
});
