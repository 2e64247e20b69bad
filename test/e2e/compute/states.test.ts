import assert from 'node:assert/strict';
import { until } from '../../../tools/plane/machine/wait.js';
import { removeImages, uploadImage, variantImage } from '../support/images.js';
import { Lab } from '../support/lab.js';

const never = new AbortController().signal;

describe('true states', () => {
  const lab = new Lab();
  const demo = new Lab('demo');
  const [engine, service] = [lab.plane.service('docker'), lab.plane.service('compute')];
  afterEach(async () => {
    await Promise.all([lab.deleteAll(), demo.deleteAll()]);
    await removeImages(lab, 'state-');
  });

  const startedAt = (id: string): Promise<string> =>
    lab.plane.docker(['inspect', '--format', '{{.State.StartedAt}}', `nova-${id}`]);
  const runsAnew = (id: string, before: string): Promise<true> =>
    until(
      async () => {
        const running = await lab.plane.docker(['inspect', '--format', '{{.State.Running}}', `nova-${id}`]);
        return running.trim() === 'true' && (await startedAt(id)) !== before;
      },
      { what: `the container of ${id} to run again`, signal: never },
    );
  /** Asks nova-api all the time whether a server is seen in any other status than ACTIVE. */
  function watch(id: string): { stop: () => Promise<readonly string[]> } {
    const seen = new Set<string>();
    let isOver = false;
    const watching = (async () => {
      while (!isOver) seen.add((await lab.show(id)).status);
    })();
    return {
      stop: async () => {
        isOver = true;
        await watching;
        return [...seen];
      },
    };
  }

  it("a container that ends by itself is SHUTOFF; the reason stands in the stop action and, for its owner, in the server's metadata", async () => {
    const { id } = await demo.boot({ name: 'mortal' });
    await lab.plane.docker(['exec', `nova-${id}`, 'sh', '-c', 'echo "out of luck" > /proc/1/fd/1; kill -9 -1']);
    // Long before the next comparison of power states, ten minutes apart; how fast is what tools/bench measures.
    const server = await demo.reaches(id, 'SHUTOFF');
    assert.equal(server['OS-EXT-STS:power_state'], 4);
    assert.match(server.metadata['docker:exit'] ?? '', /SIGKILL \(code 137\).*out of luck/);
    // Nova shows an event's details to administrators; its owner has the metadata.
    const [event] = await lab.eventsOf(id, 'stop');
    assert.equal(event?.event, 'container_exit');
    assert.match(event.details ?? '', /SIGKILL/);
    await demo.act(id, { 'os-start': null });
    await demo.reaches(id, 'ACTIVE');
  });

  it('an out-of-memory kill is told as such', async () => {
    const hungry = 'CMD ["/bin/sh", "-c", "sleep 2; tail /dev/zero"]';
    const image = await uploadImage(lab, 'state-hungry', await variantImage(lab, [hungry]));
    const { id } = await lab.boot({ image });
    const server = await lab.reaches(id, 'SHUTOFF');
    assert.match(server.metadata['docker:exit'] ?? '', /more memory than its flavor has/);
  });

  it('a container removed by hand is an ERROR that says so, and nothing takes its place', async () => {
    const { id } = await lab.boot();
    await lab.plane.docker(['rm', '--force', `nova-${id}`]);
    const server = await lab.reaches(id, 'ERROR');
    assert.match(server.fault?.message ?? '', /removed outside of Nova/);
    assert.deepEqual(await lab.containersOf(id), []);
  });

  it('a stopped server that is started by hand is stopped again', async () => {
    const { id } = await lab.boot();
    await lab.act(id, { 'os-stop': null });
    await lab.reaches(id, 'SHUTOFF');
    await lab.plane.docker(['start', `nova-${id}`]);
    const stopped = async (): Promise<boolean> =>
      (await lab.plane.docker(['inspect', '--format', '{{.State.Running}}', `nova-${id}`])).trim() === 'false';
    await until(stopped, { what: 'the container to be stopped again', signal: never });
    assert.equal((await lab.show(id)).status, 'SHUTOFF');
  });

  it('limits changed by hand are told of in the actions of the server', async () => {
    const { id } = await lab.boot();
    await lab.plane.docker(['update', '--cpu-shares', '512', `nova-${id}`]);
    const told = async (): Promise<boolean> => (await lab.eventsOf(id, 'update')).length > 0;
    await until(told, { what: 'the action', signal: never });
    assert.equal((await lab.eventsOf(id, 'update'))[0]?.event, 'container_update');
    assert.equal((await lab.show(id)).status, 'ACTIVE');
  });

  it('with live-restore, containers run on while the engine is stopped or killed', async () => {
    const live = { docker: { engine: { 'live-restore': 'true' } } };
    try {
      await engine.restart(live);
      const { id } = await lab.boot();
      const before = await startedAt(id);
      const seen = watch(id);
      await engine.restart(live);
      await engine.kill();
      await engine.restart(live);
      assert.equal(await startedAt(id), before);
      assert.deepEqual(await seen.stop(), ['ACTIVE']);
    } finally {
      await lab.deleteAll();
      await engine.restart();
    }
  });

  for (const end of ['stopped (TERM)', 'killed (KILL)']) {
    it(`when the engine is ${end}, no server is shut down, and what was ACTIVE runs again`, async () => {
      const { id } = await lab.boot();
      const stopped = await lab.boot({ name: 'off' });
      await lab.act(stopped.id, { 'os-stop': null });
      await lab.reaches(stopped.id, 'SHUTOFF');
      const before = await startedAt(id);
      const seen = watch(id);
      await (end.startsWith('stopped') ? engine.stop() : engine.kill());
      await engine.start();
      await runsAnew(id, before);
      await lab.reaches(id, 'ACTIVE');
      assert.deepEqual(await seen.stop(), ['ACTIVE']);
      assert.equal((await lab.reaches(stopped.id, 'SHUTOFF'))['OS-EXT-STS:power_state'], 4);
    });
  }

  for (const how of ['restarted', 'killed and started'] as const) {
    it(`the engine is ${how} while our service is down: what was ACTIVE runs again`, async () => {
      const { id } = await lab.boot();
      const before = await startedAt(id);
      await service.kill();
      // Killed, it leaves its containers running, and ends them when it starts.
      if (how === 'restarted') await engine.stop();
      else await engine.kill();
      await engine.start();
      await service.start();
      await runsAnew(id, before);
      await lab.reaches(id, 'ACTIVE');
    });
  }

  it('a container ends while our service is down: it is SHUTOFF when the service is back', async () => {
    const { id } = await lab.boot();
    await service.kill();
    await lab.plane.docker(['kill', `nova-${id}`]);
    await service.start();
    await lab.reaches(id, 'SHUTOFF');
  });

  it('our service is killed while nothing happens: nobody notices', async () => {
    const { id } = await lab.boot();
    const before = await startedAt(id);
    await service.kill();
    await service.start();
    const server = await lab.reaches(id, 'ACTIVE');
    assert.equal(server['OS-EXT-STS:task_state'], null);
    assert.equal(await startedAt(id), before);
  });
});
