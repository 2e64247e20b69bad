import assert from 'node:assert/strict';
import { until } from '../../../../tools/plane/machine/wait.js';
import { hostOf, otherHost, type Cloud, type Host, type Shown } from './cloud.js';
import { prefer, weighByMemory } from './weights.js';

const never = new AbortController().signal;

/** What a host can't do, another one does; what none can do leaves a server as it was. */
export function describeRefusals(cloudOf: () => Cloud): void {
  describe('where a host fails,', function () {
    this.timeout(900_000);
    let cloud: Cloud;
    const made: string[] = [];
    let weighAsBefore: (() => Promise<void>) | undefined;
    before(async () => {
      cloud = cloudOf();
      weighAsBefore = await weighByMemory(cloud);
    });
    after(() => weighAsBefore?.());
    afterEach(() => cloud.delete(...made.splice(0)));

    async function create(more: object = {}): Promise<string> {
      const id = await cloud.create('refused', more);
      made.push(id);
      return id;
    }
    const boot = async (more: object = {}): Promise<Shown> => cloud.reaches(await create(more), 'ACTIVE');
    const bootOn = (host: Host): Promise<Shown> => boot({ availability_zone: `nova:${host}` });
    const askFirst = async (host: Host): Promise<void> => void made.push(...(await prefer(cloud, host)));

    /** It is there, and nothing of it on the other one. */
    async function isOnlyOn(server: Shown, host: Host): Promise<void> {
      assert.equal(hostOf(server), host);
      assert.deepEqual(Object.keys(await cloud.held(server.id)), [host]);
      assert.equal(await cloud.standsOn(cloud.open.on(host), server.id), true);
      await cloud.leaves(otherHost(host), server.id);
    }

    /** That host was asked first, and could not. */
    async function hasFailedOn(id: string, host: Host): Promise<void> {
      const events = await cloud.eventsOf(id, 'create');
      const hosts = events.filter(({ event }) => event === 'compute__do_build_and_run_instance').map((one) => one.host);
      assert.deepEqual(hosts.toSorted(), [host, otherHost(host)].toSorted());
    }

    it('a server whose host has no engine just then is booted by the next host', async () => {
      await askFirst('compute2');
      const engine = cloud.open.service('docker@compute2');
      await engine.kill();
      let id: string;
      try {
        id = await create();
        await cloud.reaches(id, 'ACTIVE');
      } finally {
        await cloud.restart([engine.name]);
      }
      await hasFailedOn(id, 'compute2');
      await isOnlyOn(await cloud.show(id), 'compute1');
    });

    it('a resize that it refuses is done by another', async () => {
      const tiny = { availability_zone: 'nova:compute1', flavorRef: await cloud.flavorId('m1.tiny') };
      const [{ id }] = await Promise.all([boot(tiny), askFirst('compute1')]);
      const hold = '(head -c 90000000 /dev/zero; sleep 1000) | tail -c 95000000';
      await cloud.open.on('compute1').docker(['exec', '--detach', `nova-${id}`, 'sh', '-c', hold]);
      const isHeld = async (): Promise<boolean> => {
        type Used = { memory_details: { used: number } };
        const { memory_details: memory } = await cloud.ask<Used>('compute', `/servers/${id}/diagnostics`);
        return memory.used > 80;
      };
      await until(isHeld, { what: 'memory to be in use', signal: never, everyMs: 300, timeoutMs: 300_000 });
      // Too small for it as it runs, but it arrives anew on another host.
      await cloud.act(id, { resize: { flavorRef: await cloud.flavorId('m1.nano') } });
      assert.equal(hostOf(await cloud.reaches(id, 'VERIFY_RESIZE')), 'compute2');
      assert.deepEqual(await cloud.migrationsOf(id), ['finished', 'error']);
      await cloud.act(id, { confirmResize: null });
      await isOnlyOn(await cloud.reaches(id, 'ACTIVE'), 'compute2');
    });

    describe('because it does not reach Glance,', () => {
      const lost = { compute: { glance: { endpoint_override: 'http://127.0.0.1:9' } } };
      let image: string;
      before(async () => {
        image = await cloud.image('elsewhere');
      });
      after(async () => {
        await cloud.restart(['compute@compute2']);
        await cloud.answer('image', `/images/${image}`, { method: 'DELETE' });
      });

      it('a server is booted elsewhere, or stays where it is and as it was', async () => {
        const [arriving, stopped, leaving] = await Promise.all([
          bootOn('compute1'),
          bootOn('compute1'),
          bootOn('compute2'),
          askFirst('compute2'),
        ]);
        await cloud.act(stopped.id, { 'os-stop': null });
        await cloud.reaches(stopped.id, 'SHUTOFF');
        const before = await Promise.all([arriving, stopped, leaving].map(containerOf));
        await cloud.restart(['compute@compute2'], lost);

        const built = create({ imageRef: image });
        for (const { id } of [arriving, stopped, leaving]) await cloud.act(id, { migrate: null });
        await isOnlyOn(await cloud.reaches(await built, 'ACTIVE'), 'compute1');
        await hasFailedOn(await built, 'compute2');
        await Promise.all([stayed(arriving, 'ACTIVE'), stayed(stopped, 'SHUTOFF'), stayed(leaving, 'ACTIVE')]);
        assert.deepEqual(await Promise.all([arriving, stopped, leaving].map(containerOf)), before);
        assert.deepEqual(await cloud.travelling(), []);
      });
    });

    /** Id and state of its container. */
    async function containerOf(server: Shown): Promise<string> {
      const words = ['inspect', '--format', '{{.Id}} {{.State.Running}}', `nova-${server.id}`];
      return (await cloud.open.on(hostOf(server)).docker(words)).trim();
    }

    async function stayed(server: Shown, status: string): Promise<void> {
      const isOver = async (): Promise<boolean> => (await cloud.migrationsOf(server.id))[0] === 'error';
      await until(isOver, {
        what: `the migration of ${server.id} to fail`,
        signal: never,
        everyMs: 500,
        timeoutMs: 300_000,
      });
      const now = await cloud.reaches(server.id, status);
      await isOnlyOn(now, hostOf(server) as Host);
      const [event] = (await cloud.eventsOf(server.id, 'migrate')).filter(({ result }) => result === 'Error');
      assert.match(event?.details ?? '', /ECONNREFUSED/);
    }
  });
}
