import assert from 'node:assert/strict';
import { until } from '../../../tools/plane/machine/wait.js';
import { Lab } from '../support/lab.js';
import { WitnessedService } from '../support/witnessed.js';

const never = new AbortController().signal;
const MIB = 1024 * 1024;

/** m1.nano has 64 MiB, m1.tiny 256, m1.small 512. */
describe('a server resized on its host', () => {
  const lab = new Lab();
  const { plane } = lab;
  let id: string;
  let first: string;
  let odd: string;

  before(async () => {
    id = (await lab.boot({ name: 'resize', flavor: 'm1.nano' })).id;
    await plane.docker(['exec', '--detach', `nova-${id}`, 'sleep', '424242']);
    first = await run();
    const flavor = { name: 'resize-odd', vcpus: 1, ram: 64, disk: 1 };
    odd = (await lab.rest.post<{ flavor: { id: string } }>('compute', '/flavors', { flavor })).flavor.id;
    const specs = { extra_specs: { 'quota:disk_read_iops_sec': '100' } };
    await lab.rest.post('compute', `/flavors/${odd}/os-extra_specs`, specs);
  });
  afterEach(() => WitnessedService.giveBack(plane));
  after(async () => {
    await lab.deleteAll();
    await lab.rest.ask({ api: 'compute', method: 'DELETE', path: `/flavors/${odd}`, accept: [404] });
  });

  /** Start of the container and the process that was started in it: both are to stay what they are. */
  const run = async (): Promise<string> => {
    const started = await plane.docker(['inspect', '--format', '{{.State.StartedAt}} {{.Id}}', `nova-${id}`]);
    const lines = (await plane.docker(['top', `nova-${id}`, '-o', 'pid,args'])).split('\n');
    const process = lines.find((line) => line.includes('424242'));
    assert.ok(process !== undefined, `the process does not run any more: ${lines.join('; ')}`);
    return started + process;
  };
  const limits = async (): Promise<readonly [number, number]> => {
    const format = '{{.HostConfig.Memory}} {{.HostConfig.CpuShares}}';
    const [memory, shares] = (await plane.docker(['inspect', '--format', format, `nova-${id}`])).split(' ');
    const kernel = 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || true';
    assert.equal((await plane.docker(['exec', `nova-${id}`, 'sh', '-c', kernel])).trim(), memory);
    return [Number(memory) / MIB, Number(shares)];
  };
  const resize = async (flavor: string): Promise<unknown> =>
    lab.act(id, { resize: { flavorRef: /^m1/.test(flavor) ? await lab.flavorId(flavor) : flavor } });
  const failed = async (): Promise<string> => {
    const event = await until(
      async () =>
        (await lab.eventsOf(id, 'resize')).find(
          ({ event: name, result }) => name === 'compute_prep_resize' && result !== null,
        ),
      { what: 'the resize to be refused', signal: never, everyMs: 150 },
    );
    assert.equal(event.result, 'Error');
    await lab.reaches(id, 'ACTIVE');
    return event.details ?? '';
  };
  const held = async (): Promise<unknown> => {
    const answer = await lab.rest.get<{ allocations: Record<string, { resources: { MEMORY_MB: number } }> }>(
      'placement',
      `/allocations/${id}`,
    );
    return Object.values(answer.allocations).map(({ resources }) => resources.MEMORY_MB);
  };

  it('grows and is reverted without a restart of anything in it', async () => {
    await resize('m1.tiny');
    await lab.reaches(id, 'VERIFY_RESIZE');
    assert.deepEqual(await limits(), [256, 1024]);
    await lab.act(id, { revertResize: null });
    await lab.reaches(id, 'ACTIVE');
    assert.deepEqual(await limits(), [64, 1024]);
    assert.equal(await run(), first);
    assert.deepEqual(await held(), [64]);
  });

  it('grows and is confirmed', async () => {
    await resize('m1.tiny');
    await lab.reaches(id, 'VERIFY_RESIZE');
    await lab.act(id, { confirmResize: null });
    const server = await lab.reaches(id, 'ACTIVE');
    assert.match(JSON.stringify(server), /"original_name":"m1.tiny"/);
    assert.deepEqual([await limits(), await held()], [[256, 1024], [256]]);
    assert.equal(await run(), first);
  });

  it('does not shrink below what it uses: a fault, and everything as it was', async () => {
    const hold = '(head -c 90000000 /dev/zero; sleep 1000) | tail -c 95000000';
    await plane.docker(['exec', '--detach', `nova-${id}`, 'sh', '-c', hold]);
    const used = async (): Promise<boolean> => {
      const path = `/servers/${id}/diagnostics`;
      const { memory_details: memory } = await lab.rest.get<{ memory_details: { used: number } }>(
        'compute',
        path,
        lab.latest,
      );
      return memory.used > 80;
    };
    await until(used, { what: 'memory to be in use', signal: never, everyMs: 100 });
    await resize('m1.nano');
    await failed();
    assert.deepEqual([await limits(), await held()], [[256, 1024], [256]]);
    assert.equal(await run(), first);
    assert.match(JSON.stringify(await lab.show(id)), /"original_name":"m1.tiny"/);
  });

  it('is resized though its service is killed (kill -9) in the middle', async () => {
    const own = plane.service('compute');
    await own.stop();
    const service = await WitnessedService.start(plane, { line: 'after engine.container.update', nth: 1 });
    await resize('m1.small');
    await service.killed();
    await own.start();
    await lab.reaches(id, 'VERIFY_RESIZE');
    assert.deepEqual((await limits())[0], 512);
    await lab.act(id, { confirmResize: null });
    await lab.reaches(id, 'ACTIVE');
    assert.equal(await run(), first);
  });
});
