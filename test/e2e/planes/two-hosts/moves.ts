import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { until } from '../../../../tools/plane/machine/wait.js';
import type { HostHandle } from '../../../../tools/plane/open.js';
import { HOSTS, hostOf, otherHost, type Cloud, type Shown } from './cloud.js';

const never = new AbortController().signal;
const META = '/config-drive/openstack/latest/meta_data.json';

interface MetaData {
  readonly admin_pass: string;
  readonly random_seed: string;
  readonly files: readonly { readonly content_path: string }[];
}

/** Cold migration, resize and shelving, and what servers take along, between real hosts. */
export function describeMoves(cloudOf: () => Cloud): void {
  describe('servers that move between them', function () {
    this.timeout(900_000);
    let cloud: Cloud;
    let image: string;
    const made: string[] = [];
    const networks: string[] = [];
    before(async () => {
      cloud = cloudOf();
      image = await cloud.image('with-volume', ['VOLUME /data']);
      for (const nth of [1, 2]) networks.push(await cloud.network(`net-${nth}`, `10.77.${nth}.0/24`));
    });
    afterEach(() => cloud.delete(...made.splice(0)));
    after(async () => {
      await cloud.answer('image', `/images/${image}`, { method: 'DELETE' });
      for (const id of networks) await cloud.ask('network', `/networks/${id}`, { method: 'DELETE' });
    });

    async function boot(more: object = {}, microversion = '2.93'): Promise<Shown> {
      const id = await cloud.create('moved', more, { microversion });
      made.push(id);
      return cloud.reaches(id, 'ACTIVE');
    }
    const on = (server: Shown): HostHandle => cloud.open.on(hostOf(server));
    const inside = (server: Shown, command: string): Promise<string> => cloud.inside(on(server), server.id, command);

    async function migrate(server: Shown): Promise<Shown> {
      const moved = await cloud.migrate(server);
      assert.equal(hostOf(moved), otherHost(hostOf(server)));
      return moved;
    }

    async function confirm(server: Shown, status = 'ACTIVE'): Promise<Shown> {
      await cloud.act(server.id, { confirmResize: null });
      return cloud.reaches(server.id, status);
    }

    /** Does it while Nova puts nothing on that host. */
    async function without<T>(host: string, work: () => Promise<T>): Promise<T> {
      await cloud.service(host, { status: 'disabled' });
      try {
        return await work();
      } finally {
        await cloud.service(host, { status: 'enabled' });
      }
    }

    /** What only its host knows of a server, and what it has written itself. */
    async function belongings(server: Shown): Promise<readonly string[]> {
      const meta = JSON.parse(await inside(server, `cat ${META}`)) as MetaData;
      const path = `/config-drive/openstack${meta.files[0]?.content_path ?? ''}`;
      const files = [path, '/note', '/data/kept', '/ephemeral0/kept'];
      const texts = files.map((file) => inside(server, `cat ${file} 2>/dev/null || echo none`));
      return [meta.admin_pass, meta.random_seed, ...(await Promise.all(texts))];
    }

    it('have disk, volumes, password and injected files wherever they are, and nobody else can read them', async () => {
      // Later than that nova-api takes no files.
      const personality = [{ path: '/note', contents: Buffer.from('between us').toString('base64') }];
      const nets = networks.toReversed().map((uuid) => ({ uuid }));
      const flavorRef = await cloud.flavor('moved-ephemeral', 64, 1, 1);
      const first = await boot({ config_drive: true, personality, imageRef: image, networks: nets, flavorRef }, '2.1');
      const ports = await devices(first);
      assert.match(ports, /10\.77\.2\.[^]*10\.77\.1\./);
      await inside(first, 'echo in the volume > /data/kept; echo on the second disk > /ephemeral0/kept');
      const before = await belongings(first);
      assert.deepEqual(
        [before[0]?.length, before.slice(2)],
        [12, ['between us', 'between us', 'in the volume', 'on the second disk']],
      );
      await inside(first, 'echo changed > /note');

      const second = await migrate(first);
      const after = [...before.slice(0, 3), 'changed', 'in the volume'];
      assert.deepEqual(await belongings(second), [...after, 'on the second disk']);
      await confirm(second);

      await cloud.act(second.id, { shelve: null });
      await cloud.reaches(second.id, 'SHELVED_OFFLOADED');
      const [description, isSecondDisk] = await shelvedImage();
      assert.equal(isSecondDisk, false, 'the image of a shelved server has its ephemeral disk');
      for (const secret of [before[0] ?? '', 'between us', Buffer.from('between us').toString('base64')]) {
        assert.equal(description.includes(secret), false, 'the image of a shelved server tells of it');
      }
      await without(hostOf(second), async () => {
        await cloud.act(second.id, { unshelve: null });
        const third = await cloud.reaches(second.id, 'ACTIVE');
        assert.equal(hostOf(third), hostOf(first));
        // Ephemeral disks are never in images.
        assert.deepEqual(await belongings(third), [...after, 'none']);
        assert.equal(await devices(third), ports);
      });
      await cloud.leaves(hostOf(second), second.id);
    });

    /** Its description, as whoever has the image has it, and whether the ephemeral disk is in it. */
    async function shelvedImage(): Promise<readonly [string, boolean]> {
      const { images } = await cloud.ask<{ images: { id: string }[] }>('image', '/images?name=moved-shelved');
      const file = `${cloud.open.folder}/shelved.tar`;
      await cloud.open.openstackTable(['image', 'save', '--file', file, images[0]?.id ?? '']);
      const { stdout } = await cloud.open.run(['tar', '-xOf', file, 'config.json', 'manifest.json']);
      return [stdout, (await readFile(file)).includes('on the second disk')];
    }

    it('have all of their ports there in their order, and the new size; reverted they are the very same again', async () => {
      const first = await boot({ networks: networks.map((uuid) => ({ uuid })) });
      const before = [await devices(first), ...(await container(first))];
      assert.match(before[0] ?? '', /10\.77\.1\.[^]*10\.77\.2\./);
      const second = await without(hostOf(first), async () => {
        await cloud.act(first.id, { resize: { flavorRef: await cloud.flavorId('m1.micro') } });
        return cloud.reaches(first.id, 'VERIFY_RESIZE');
      });
      assert.equal(hostOf(second), otherHost(hostOf(first)));
      assert.equal(await devices(second), before[0]);
      assert.equal((await container(second))[1], String(128 * 1024 * 1024));
      await cloud.act(second.id, { revertResize: null });
      const third = await cloud.reaches(second.id, 'ACTIVE');
      assert.deepEqual([await devices(third), ...(await container(third))], before);
      await cloud.leaves(hostOf(second), second.id);
    });

    const devices = (server: Shown): Promise<string> => cloud.devices(on(server), server.id);

    /** Its id and memory. */
    async function container(server: Shown): Promise<readonly string[]> {
      const format = '{{.Id}} {{.HostConfig.Memory}}';
      return (await on(server).docker(['inspect', '--format', format, `nova-${server.id}`])).trim().split(' ');
    }

    it('answer on their network, do not while they move, and do so again where they are then', async () => {
      const nets = networks.slice(0, 1).map((uuid) => ({ uuid }));
      const [server, peer] = await Promise.all(
        HOSTS.map((host) => boot({ networks: nets, availability_zone: `nova:${host}` })),
      );
      assert.ok(server !== undefined && peer !== undefined);
      const address = Object.values(server.addresses)[0]?.[0]?.addr ?? '';
      // Nobody listens there, so an answer is a refusal.
      const ask = `nc -w 1 ${address} 7 < /dev/null 2>&1 | grep -q refused && cut -d ' ' -f 1 /proc/uptime >> /answers`;
      const loop = `while [ ! -e /enough ]; do ${ask}; sleep 0.1; done`;
      await on(peer).docker(['exec', '--detach', `nova-${peer.id}`, 'sh', '-c', loop]);
      const answers = async (): Promise<readonly number[]> =>
        (await inside(peer, 'cat /answers 2> /dev/null || true')).split('\n').map(Number);
      const more = async (): Promise<void> => {
        const before = (await answers()).length;
        const isMore = async (): Promise<boolean> => (await answers()).length > before + 3;
        await until(isMore, { what: 'answers', signal: never, everyMs: 300, timeoutMs: 300_000 });
      };
      await more();
      await migrate(server);
      await more();
      await inside(peer, 'touch /enough');
      const times = await answers();
      const gaps = times.slice(1).map((time, nth) => time - (times[nth] ?? time));
      console.log(`        no answer for ${Math.max(...gaps).toFixed(1)} s while it moved`);
    });

    it('leave nothing on either host when they are deleted before anybody confirmed', async () => {
      const { id } = await migrate(await boot());
      await cloud.delete(...made.splice(0));
      for (const host of HOSTS) await cloud.leaves(host, id);
      assert.deepEqual([await cloud.held(id), await cloud.travelling()], [{}, []]);
    });

    it('stay where they are while they are rescued, paused or shelved; stopped ones move and stay stopped', async () => {
      const states = [
        [{ rescue: {} }, 'RESCUE'],
        [{ pause: null }, 'PAUSED'],
        [{ shelve: null }, 'SHELVED_OFFLOADED'],
        [{ 'os-stop': null }, 'SHUTOFF'],
      ] as const;
      const reach = async ([action, status]: (typeof states)[number]): Promise<Shown> => {
        const { id } = await boot();
        await cloud.act(id, action);
        return cloud.reaches(id, status);
      };
      const servers = await Promise.all(states.map(reach));
      const codes = servers.map(async ({ id }) => {
        const body = { migrate: null };
        return (await cloud.answer('compute', `/servers/${id}/action`, { body })).status;
      });
      assert.deepEqual(await Promise.all(codes), [409, 409, 409, 202]);
      const stopped = servers.at(-1) as Shown;
      const moved = await cloud.reaches(stopped.id, 'VERIFY_RESIZE');
      assert.equal(hostOf(moved), otherHost(hostOf(stopped)));
      await confirm(moved, 'SHUTOFF');
    });

    it('do not move while they run: the attempt ends before anything was touched', async () => {
      const server = await boot();
      const [first] = await container(server);
      await cloud.act(server.id, { 'os-migrateLive': { host: otherHost(hostOf(server)), block_migration: 'auto' } });
      const isOver = async (): Promise<boolean> => (await cloud.migrationsOf(server.id))[0] === 'error';
      await until(isOver, { what: 'the live migration to be refused', signal: never, everyMs: 500 });
      const shown = await cloud.reaches(server.id, 'ACTIVE');
      assert.deepEqual([hostOf(shown), (await container(shown))[0]], [hostOf(server), first]);
      assert.deepEqual(Object.keys(await cloud.held(server.id)), [hostOf(server)]);
      // Any other exception than MigrationPreCheckError makes nova-conductor set the server to ERROR.
      const told = JSON.stringify(await cloud.eventsOf(server.id, 'live-migration'));
      assert.match(told, /Migration pre-check error: Running processes can't be moved .* switched off/);
    });

    describe('with resize_confirm_window and reclaim_instance_interval', () => {
      const services = ['nova-api', 'compute', 'compute@compute2'];
      before(() => {
        const options = { DEFAULT: { resize_confirm_window: '1', reclaim_instance_interval: '3600' } };
        return cloud.restart(services, { nova: options, compute: options });
      });
      after(() => cloud.restart(services));

      it('are confirmed by themselves; one that is deleted meanwhile comes back where it is', async () => {
        const [waits, goes] = await Promise.all([boot(), boot()].map(async (server) => migrate(await server)));
        assert.ok(waits !== undefined && goes !== undefined);
        await cloud.answer('compute', `/servers/${goes.id}`, { method: 'DELETE' });
        for (const server of [waits, goes]) await cloud.leaves(otherHost(hostOf(server)), server.id);
        await cloud.reaches(goes.id, 'SOFT_DELETED');
        for (const body of [{ migrate: null }, { evacuate: {} }]) {
          const refused = await cloud.answer('compute', `/servers/${goes.id}/action`, { body });
          assert.deepEqual([refused.status, /vm_state soft-delete/.test(JSON.stringify(refused.body))], [409, true]);
        }
        await cloud.act(goes.id, { restore: null });
        for (const server of [waits, goes]) {
          const now = await cloud.reaches(server.id, 'ACTIVE');
          assert.equal(hostOf(now), hostOf(server));
          assert.deepEqual(Object.keys(await cloud.held(now.id)), [hostOf(now)]);
          assert.equal(await inside(now, 'echo runs'), 'runs');
        }
        // With the interval these would be kept, too.
        await Promise.all([waits, goes].map(({ id }) => cloud.act(id, { forceDelete: null })));
      });
    });
  });
}
