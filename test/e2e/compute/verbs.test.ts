import assert from 'node:assert/strict';
import { Lab } from '../support/lab.js';
import { until } from '../../../tools/plane/machine/wait.js';
import { removeImages, uploadImage, variantImage } from '../support/images.js';

const never = new AbortController().signal;

describe('everyday verbs', () => {
  const lab = new Lab();
  let id: string;
  before(async () => {
    id = (await lab.boot({ name: 'everyday' })).id;
  });
  after(() => lab.deleteAll());

  const inside = (...command: string[]): Promise<string> => lab.plane.docker(['exec', `nova-${id}`, ...command]);
  const containerState = async (): Promise<string> =>
    (await lab.plane.docker(['inspect', '--format', '{{.State.Status}}', `nova-${id}`])).trim();

  it('stop and start the same container: a file written before is there after', async () => {
    await inside('sh', '-c', 'echo kept > /root/file');
    await lab.act(id, { 'os-stop': null });
    assert.equal((await lab.reaches(id, 'SHUTOFF'))['OS-EXT-STS:power_state'], 4);
    assert.equal(await containerState(), 'exited');
    await lab.act(id, { 'os-start': null });
    assert.equal((await lab.reaches(id, 'ACTIVE'))['OS-EXT-STS:power_state'], 1);
    assert.equal(await inside('cat', '/root/file'), 'kept\n');
  });

  for (const type of ['SOFT', 'HARD']) {
    it(`reboot it, ${type}`, async () => {
      const startedAt = (): Promise<string> =>
        lab.plane.docker(['inspect', '--format', '{{.State.StartedAt}}', `nova-${id}`]);
      const before = await startedAt();
      await lab.act(id, { reboot: { type } });
      await until(async () => (await startedAt()) !== before, {
        what: 'the container to be started anew',
        signal: never,
      });
      await lab.reaches(id, 'ACTIVE');
      assert.equal(await inside('cat', '/root/file'), 'kept\n');
    });
  }

  it('pause and unpause', async () => {
    await lab.act(id, { pause: null });
    assert.equal((await lab.reaches(id, 'PAUSED'))['OS-EXT-STS:power_state'], 3);
    assert.equal(await containerState(), 'paused');
    await lab.act(id, { unpause: null });
    await lab.reaches(id, 'ACTIVE');
    assert.equal(await containerState(), 'running');
  });

  it('suspend and resume; resume starts it when the freezer has lost it', async () => {
    await lab.act(id, { suspend: null });
    assert.equal((await lab.reaches(id, 'SUSPENDED'))['OS-EXT-STS:power_state'], 7);
    await lab.act(id, { resume: null });
    await lab.reaches(id, 'ACTIVE');
    await lab.act(id, { suspend: null });
    await lab.reaches(id, 'SUSPENDED');
    await lab.plane.docker(['unpause', `nova-${id}`]);
    await lab.plane.docker(['stop', '--time', '1', `nova-${id}`]);
    await lab.act(id, { resume: null });
    await lab.reaches(id, 'ACTIVE');
    assert.equal(await containerState(), 'running');
  });

  it('hard reboot from paused and from stopped', async () => {
    await lab.act(id, { pause: null });
    await lab.reaches(id, 'PAUSED');
    await lab.act(id, { reboot: { type: 'HARD' } });
    await lab.reaches(id, 'ACTIVE');
    await lab.act(id, { 'os-stop': null });
    await lab.reaches(id, 'SHUTOFF');
    await lab.act(id, { reboot: { type: 'HARD' } });
    await lab.reaches(id, 'ACTIVE');
  });

  it('diagnostics tell real figures, in the old form and the new', async () => {
    const modern = await lab.rest.get<Record<string, unknown>>('compute', `/servers/${id}/diagnostics`, lab.latest);
    assert.equal(modern['hypervisor'], 'docker');
    assert.equal(modern['state'], 'running');
    const memory = modern['memory_details'] as { maximum: number; used: number };
    assert.equal(memory.maximum, 64);
    assert.ok(memory.used >= 0 && memory.used < 64);
    const cpus = modern['cpu_details'] as { time: number }[];
    assert.ok(cpus.reduce((sum, { time }) => sum + time, 0) > 1_000_000);
    const old = await lab.rest.get<Record<string, number>>('compute', `/servers/${id}/diagnostics`);
    assert.equal(old['memory'], 64 * 1024);
  });

  it('console output by lines', async () => {
    const { output } = await lab.act<{ output: string }>(id, { 'os-getConsoleOutput': { length: 1 } });
    assert.equal(output.split('\n').length, 1);
    assert.notEqual(output, '');
  });

  it('the admin password is set by chpasswd; it is refused where the container has none', async () => {
    // Debian's busybox has no chpasswd; one that keeps what it is told shows what it is told.
    await inside('sh', '-c', 'printf "#!/bin/sh\ncat > /root/told\n" > /bin/chpasswd && chmod 755 /bin/chpasswd');
    await lab.act(id, { changePassword: { adminPass: 'new-secret-1' } });
    await lab.reaches(id, 'ACTIVE');
    assert.equal(await inside('cat', '/root/told'), 'root:new-secret-1\n');
    await inside('rm', '/bin/chpasswd');
    const answer = await lab.rest.ask({
      api: 'compute',
      method: 'POST',
      path: `/servers/${id}/action`,
      body: { changePassword: { adminPass: 'new-secret-2' } },
      accept: [409],
      ...lab.latest,
    });
    assert.match(JSON.stringify(answer.data), /no chpasswd/);
    await lab.reaches(id, 'ACTIVE');
  });
});

describe('a crash dump', () => {
  const lab = new Lab();
  after(async () => {
    await lab.deleteAll();
    await removeImages(lab, 'crash');
  });

  it("is the image's own signal", async () => {
    const command = 'CMD ["/bin/sh", "-c", "trap \'echo dumped\' USR1; while true; do sleep 0.1; done"]';
    const image = await uploadImage(lab, 'crash', await variantImage(lab, [command]));
    const patch = [{ op: 'add', path: '/docker_crash_signal', value: 'SIGUSR1' }];
    const headers = { 'Content-Type': 'application/openstack-images-v2.1-json-patch' };
    await lab.rest.ask({ api: 'image', method: 'PATCH', path: `/images/${image}`, body: patch, headers });
    const { id } = await lab.boot({ image });
    await lab.act(id, { trigger_crash_dump: null });
    const dumped = async (): Promise<boolean> => {
      const { output } = await lab.act<{ output: string }>(id, { 'os-getConsoleOutput': {} });
      return output.includes('dumped');
    };
    await until(dumped, { what: 'the signal to come', signal: never, everyMs: 200 });
    await lab.reaches(id, 'ACTIVE');
  });
});
