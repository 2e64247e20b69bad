import assert from 'node:assert/strict';
import { removeImages, uploadImage, variantImage } from '../support/images.js';
import { Lab } from '../support/lab.js';
import { WitnessedService } from '../support/witnessed.js';

/** A flavor with settings that a container gets only when it is made. */
describe('a server resized on its host that needs a new container', () => {
  const lab = new Lab();
  const { plane } = lab;
  let id: string;
  let image: string;
  let odd: string;

  before(async () => {
    image = await uploadImage(lab, 'anew', await variantImage(lab, ['VOLUME /data']));
    const flavor = { name: 'resize-anew', vcpus: 1, ram: 128, disk: 1, 'OS-FLV-EXT-DATA:ephemeral': 2 };
    odd = (await lab.rest.post<{ flavor: { id: string } }>('compute', '/flavors', { flavor })).flavor.id;
    const specs = { extra_specs: { 'docker:shm_size': '32m', 'docker:env:KIND': 'odd' } };
    await lab.rest.post('compute', `/flavors/${odd}/os-extra_specs`, specs);
    const { networks } = await lab.rest.get<{ networks: { id: string }[] }>('network', '/networks?name=private');
    const server = {
      name: 'anew',
      image,
      flavor: 'm1.nano',
      networks: [{ uuid: networks[0]?.id }],
      more: { config_drive: true },
    };
    id = (await lab.boot(server)).id;
    await inside(
      'echo mine > /root/file; echo mine > /data/file; rm /bin/yes; ln /root/file /root/link; chmod 4711 /root/file',
    );
    await inside('dd if=/dev/zero of=/root/sparse bs=1 count=1 seek=2147483647 2>/dev/null');
  });
  afterEach(() => WitnessedService.giveBack(plane));
  after(async () => {
    await lab.deleteAll();
    await lab.rest.ask({ api: 'compute', method: 'DELETE', path: `/flavors/${odd}`, accept: [404] });
    await removeImages(lab, 'anew');
  });

  const inside = (script: string): Promise<string> => plane.docker(['exec', `nova-${id}`, 'sh', '-c', script]);
  const state = async (): Promise<string> => {
    const format = '{{.HostConfig.ShmSize}} {{.HostConfig.Memory}} {{.State.Running}}';
    return (await plane.docker(['inspect', '--format', format, `nova-${id}`])).trim();
  };
  const containerId = async (): Promise<string> =>
    (await plane.docker(['inspect', '--format', '{{.Id}}', `nova-${id}`])).trim();
  const address = (): Promise<string> => inside('ip -4 addr show eth0 | grep inet');
  const disk = (): Promise<string> =>
    inside(
      'cat /root/file /data/file; ls /bin/yes 2>/dev/null; stat -c "%a %h" /root/file; du -k /root/sparse | cut -f1',
    );
  const names = async (): Promise<readonly string[]> => (await lab.containersOf(id)).toSorted();
  const password = (): Promise<string> => inside('grep -o admin_pass /config-drive/openstack/latest/meta_data.json');
  const BEFORE = `${64 * 2 ** 20} ${64 * 2 ** 20} true`;
  const AFTER = `${32 * 2 ** 20} ${128 * 2 ** 20} true`;
  const DISK = /^mine\nmine\n4711 2\n\d{1,3}\n$/;
  const volumes = async (): Promise<number> =>
    (await plane.docker(['volume', 'ls', '-q'])).split('\n').filter((line) => line !== '').length;
  const resize = (): Promise<unknown> => lab.act(id, { resize: { flavorRef: odd } });

  it('says so before, and has its disk, volumes and addresses in the new one', async () => {
    const [was, at, secret] = [await containerId(), await address(), await password()];
    assert.match(await disk(), DISK);
    await resize();
    await lab.reaches(id, 'VERIFY_RESIZE');
    assert.deepEqual(await names(), [`nova-${id}`, `nova-${id}-former`]);
    assert.notEqual(await containerId(), was);
    assert.deepEqual(
      [await state(), await address(), await inside('echo $KIND'), await password()],
      [AFTER, at, 'odd\n', secret],
    );
    assert.match(await disk(), DISK);
    const told = (await lab.eventsOf(id, 'resize')).find(({ event }) => event === 'container_remake');
    assert.match(told?.details ?? '', /flavors differ in env, shm_size, ephemeral disks/);
  });

  it('is reverted to what it was, without what it has written since', async () => {
    const at = await address();
    await inside('echo changed > /root/file; echo changed > /data/file');
    await lab.act(id, { revertResize: null });
    await lab.reaches(id, 'ACTIVE');
    assert.deepEqual([await names(), await state(), await address()], [[`nova-${id}`], BEFORE, at]);
    assert.match(await disk(), DISK);
  });

  for (const [line, nth] of [
    ['after host.disk.copy', 1],
    ['after engine.container.rename', 1],
    ['after engine.container.rename', 2],
  ] as const) {
    it(`is resized though its service is killed (kill -9) ${line} (${nth}), and reverted`, async () => {
      const own = plane.service('compute');
      await own.stop();
      const service = await WitnessedService.start(plane, { line, nth });
      await resize();
      await service.killed();
      await own.start();
      await lab.reaches(id, 'VERIFY_RESIZE');
      assert.deepEqual([await names(), await state()], [[`nova-${id}`, `nova-${id}-former`], AFTER]);
      assert.match(await disk(), DISK);
      await lab.act(id, { revertResize: null });
      await lab.reaches(id, 'ACTIVE');
      assert.deepEqual([await names(), await state()], [[`nova-${id}`], BEFORE]);
    });
  }

  it('is confirmed: the old one is gone; deleted, nothing is left', async () => {
    const before = await volumes();
    await resize();
    await lab.reaches(id, 'VERIFY_RESIZE');
    await inside('echo new > /ephemeral0/file');
    await lab.act(id, { confirmResize: null });
    await lab.reaches(id, 'ACTIVE');
    assert.deepEqual([await names(), await state()], [[`nova-${id}`], AFTER]);
    assert.match(await disk(), DISK);
    assert.deepEqual([await volumes(), await inside('cat /ephemeral0/file')], [before + 1, 'new\n']);
    await lab.delete(id);
    assert.deepEqual([await names(), await volumes()], [[], before - 1]);
  });

  it('with ephemeral disks from the start has as many as were asked for, and never less; a rebuild makes them anew', async () => {
    const before = await volumes();
    const disk = { boot_index: -1, source_type: 'blank', destination_type: 'local', volume_size: 1 };
    const root = { boot_index: 0, source_type: 'image', destination_type: 'local', uuid: image };
    const devices = [root, disk, disk].map((device) => ({ ...device, delete_on_termination: true }));
    const more = { block_device_mapping_v2: devices };
    ({ id } = await lab.boot({ name: 'ephemeral', image, flavor: 'resize-anew', more }));
    await inside('echo a > /ephemeral0/file; echo b > /ephemeral1/file');
    await lab.act(id, { 'os-stop': null });
    await lab.reaches(id, 'SHUTOFF');
    await lab.act(id, { 'os-start': null });
    await lab.reaches(id, 'ACTIVE');
    assert.equal(await inside('cat /ephemeral?/file'), 'a\nb\n');

    await lab.act(id, { resize: { flavorRef: await lab.flavorId('m1.nano') } });
    await lab.reaches(id, 'ACTIVE');
    const [refused] = (await lab.eventsOf(id, 'resize')).filter(({ event }) => event === 'compute_prep_resize');
    assert.match(refused?.details ?? '', /ephemeral disks have 2 GB and flavor m1.nano has 0 GB/);
    assert.equal(await inside('cat /ephemeral?/file'), 'a\nb\n');

    await lab.act(id, { rebuild: { imageRef: image } });
    await lab.reaches(id, 'ACTIVE');
    assert.equal(await inside('ls -A /ephemeral0 /ephemeral1 | tr "\\n" " "'), '/ephemeral0:  /ephemeral1: ');
    await lab.delete(id);
    assert.equal(await volumes(), before);
  });
});
