import assert from 'node:assert/strict';
import { Lab } from '../support/lab.js';

describe('a server', () => {
  const lab = new Lab();
  const demo = new Lab('demo');
  afterEach(() => lab.deleteAll());

  it('is a container: booted, listed, shown, its console read, and deleted without a trace', async () => {
    const server = await lab.boot({ name: 'web' });
    assert.equal(server['OS-EXT-STS:power_state'], 1);
    assert.equal(server['OS-EXT-SRV-ATTR:host'], lab.plane.host);
    assert.deepEqual(await lab.containersOf(server.id), [`nova-${server.id}`]);
    assert.equal((await lab.allocationsOf(server.id)).length, 1);
    const [event] = await lab.eventsOf(server.id, 'create');
    assert.deepEqual([event?.event, event?.result], ['compute__do_build_and_run_instance', 'Success']);

    const { output } = await lab.act<{ output: string }>(server.id, { 'os-getConsoleOutput': { length: 5 } });
    assert.match(output, /web is up/);

    await lab.delete(server.id);
    assert.deepEqual(await lab.containersOf(server.id), []);
    assert.deepEqual(await lab.allocationsOf(server.id), []);
  });

  it('is what its flavor says', async () => {
    const { id } = await lab.boot({ name: 'sized', flavor: 'm1.small' });
    const inspected = JSON.parse(await lab.plane.docker(['inspect', `nova-${id}`])) as [
      { Config: { Hostname: string }; HostConfig: Record<string, unknown> },
    ];
    const [{ Config, HostConfig }] = inspected;
    assert.equal(Config.Hostname, 'sized');
    assert.equal(HostConfig['Memory'], 512 * 1024 ** 2);
    assert.equal(HostConfig['NetworkMode'], 'none');
    assert.deepEqual(HostConfig['RestartPolicy'], { Name: 'no', MaximumRetryCount: 0 });
    assert.deepEqual(HostConfig['CapDrop'], ['ALL']);
    assert.ok((HostConfig['SecurityOpt'] as string[]).includes('no-new-privileges'));
  });

  it("is an ordinary user's, too, with the oldest microversion", async () => {
    const server = {
      name: 'oldest',
      imageRef: await demo.imageId('busybox'),
      flavorRef: await demo.flavorId('m1.nano'),
      // Before 2.37 a server gets a network if there is one; there is none for this project.
    };
    const answer = await demo.rest.post<{ server: { id: string } }>('compute', '/servers', { server });
    const { id } = answer.server;
    const shown = await demo.reaches(id, 'ACTIVE');
    assert.equal(shown.name, 'oldest');
    await demo.delete(id);
  });

  it('is one of many: twenty at once', async () => {
    await lab.create({ name: 'many', count: 20 });
    const servers = (await lab.list()).filter(({ name }) => name.startsWith('many-'));
    assert.equal(servers.length, 20);
    await Promise.all(servers.map(({ id }) => lab.reaches(id, 'ACTIVE')));
    await lab.deleteAll();
    assert.equal(await lab.plane.docker(['ps', '--all', '--quiet']), '');
  });
});
