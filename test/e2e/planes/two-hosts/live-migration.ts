import assert from 'node:assert/strict';
import { until } from '../../../../tools/plane/machine/wait.js';
import { hostOf, HOSTS, otherHost, type Cloud, type Shown } from './cloud.js';
import { findCriu, HostCriu } from './criu.js';

const never = new AbortController().signal;
const PORT = 7000;
const SERVICES = ['compute', 'compute@compute2'];
const OPTIONS = { compute: { docker: { live_migration: 'checkpoint', live_migration_max_memory_mb: '32' } } };

/** Counts the lines of whoever connects, in its memory. */
const COUNTS = `setsid nc -ll -p ${PORT} -e sh -c 'n=0; while read x; do n=$((n+1)); echo $n; done' </dev/null >/dev/null 2>&1 &`;

const STRANGER = `setsid sh -c 'echo $$ > /stranger; exec sleep 1000' </dev/null >/dev/null 2>&1 &`;

/** Running servers that change hosts by checkpoint and restore; only where this machine has a CRIU that works. */
export function describeLiveMigrations(cloudOf: () => Cloud): void {
  describe('servers that go to the other host while they run', function () {
    this.timeout(900_000);
    let cloud: Cloud;
    let server: Shown;
    let peer: Shown;
    const made: string[] = [];
    const lost = new Set<string>();
    before(async function () {
      const found = await findCriu();
      if ('reason' in found) {
        console.log(`      skipped: ${found.reason}`);
        return this.skip();
      }
      cloud = cloudOf();
      await cloud.restart(SERVICES, OPTIONS);
      const { networks } = await cloud.ask<{ networks: { id: string }[] }>('network', '/networks?name=private');
      const more = { networks: [{ uuid: networks[0]?.id }], config_drive: true };
      [server, peer] = await Promise.all([boot('live', more), boot('live-client', more)]);
      await cloud.inside(on(server), server.id, COUNTS);
      const address = Object.values(server.addresses)[0]?.[0]?.addr ?? '';
      const told = `while read n; do echo "$(cut -d ' ' -f 1 /proc/uptime) $n"; done > /answers`;
      const client = `while sleep 0.2; do echo x; done | nc ${address} ${PORT} | ${told}`;
      await on(peer).docker(['exec', '--detach', `nova-${peer.id}`, 'sh', '-c', client]);
    });
    beforeEach(() => answered());
    afterEach(async () => {
      for (const host of HOSTS) await criuOf(host).mend();
      for (const service of lost) await cloud.open.service(service).kill();
      if (lost.size > 0) await cloud.restart([...lost], OPTIONS);
      lost.clear();
    });
    after(async () => {
      if (made.length === 0) return;
      await cloud.delete(...made);
      for (const host of HOSTS) for (const id of made) await cloud.leaves(host, id);
      assert.deepEqual([await cloud.held(made[0] ?? ''), await travelling()], [{}, []]);
      await cloud.restart(SERVICES);
    });

    const on = (one: Shown) => cloud.open.on(hostOf(one));
    const criuOf = (host: string): HostCriu => new HostCriu(cloud.open.plane, host);

    async function boot(name: string, more: object): Promise<Shown> {
      const id = await cloud.create(name, more);
      made.push(id);
      return cloud.reaches(id, 'ACTIVE');
    }

    /** When the client got its answers, in seconds. Each counts one more than that before: nothing was lost. */
    async function answers(): Promise<readonly number[]> {
      const lines = (await cloud.inside(on(peer), peer.id, 'cat /answers')).split('\n').map((line) => line.split(' '));
      assert.deepEqual(
        lines.map(([, count]) => Number(count)),
        lines.map((_, nth) => nth + 1),
      );
      return lines.map(([time]) => Number(time));
    }

    /** Over its one connection, from now on. */
    async function answered(): Promise<void> {
      const isThere = 'test -s /answers && echo yes || echo no';
      const begins = async (): Promise<boolean> => (await cloud.inside(on(peer), peer.id, isThere)) === 'yes';
      await until(begins, { what: 'a first answer', signal: never, everyMs: 300, timeoutMs: 300_000 });
      const { length } = await answers();
      const isMore = async (): Promise<boolean> => (await answers()).length > length + 3;
      await until(isMore, { what: 'answers', signal: never, everyMs: 300, timeoutMs: 300_000 });
    }

    const go = (): Promise<void> =>
      cloud.act(server.id, { 'os-migrateLive': { host: otherHost(hostOf(server)), block_migration: 'auto' } });

    async function ends(...statuses: readonly string[]): Promise<void> {
      const isOver = async (): Promise<boolean> => statuses.includes((await cloud.migrationsOf(server.id))[0] ?? '');
      await until(isOver, { what: statuses.join(' or '), signal: never, everyMs: 300, timeoutMs: 300_000 });
    }

    /** Runs there with its memory and connection, and nowhere is anything else of it. */
    async function runsOn(host: string): Promise<void> {
      server = await cloud.reaches(server.id, 'ACTIVE');
      assert.equal(hostOf(server), host);
      await answered();
      assert.deepEqual(Object.keys(await cloud.held(server.id)), [host]);
      await cloud.leaves(otherHost(host), server.id);
      const path = `/ports?device_id=${server.id}`;
      const { ports } = await cloud.ask<{ ports: { id: string; 'binding:host_id': string }[] }>('network', path);
      assert.deepEqual(
        ports.map((port) => port['binding:host_id']),
        [host],
      );
      const bound = await cloud.ask<{ bindings: { host: string }[] }>('network', `/ports/${ports[0]?.id}/bindings`);
      assert.deepEqual(
        bound.bindings.map((one) => one.host),
        [host],
      );
      assert.deepEqual(await travelling(), []);
    }

    async function travelling(): Promise<readonly string[]> {
      const { images } = await cloud.ask<{ images: { name: string }[] }>('image', '/images');
      return images.map(({ name }) => name).filter((name) => name.endsWith('-temp'));
    }

    it('go on there with what they have in memory and their connections', async () => {
      await cloud.inside(on(server), server.id, 'echo kept > /root/note');
      const [from, to] = [hostOf(server), otherHost(hostOf(server))];
      for (const target of [to, from]) {
        await go();
        await ends('completed');
        await runsOn(target);
        assert.equal(await cloud.inside(on(server), server.id, 'cat /root/note'), 'kept');
      }
      const times = await answers();
      const gaps = times.slice(1).map((time, nth) => time - (times[nth] ?? time));
      console.log(
        `        no answer for ${gaps
          .toSorted((a, b) => b - a)
          .slice(0, 2)
          .join(' and ')} s while it moved`,
      );
    });

    it('go on where they were when the other host cannot take them up', async () => {
      const [from, to] = [hostOf(server), otherHost(hostOf(server))];
      await criuOf(to).break();
      await go();
      await ends('failed');
      await runsOn(from);
    });

    it('go on where they were when it is aborted', async () => {
      const from = hostOf(server);
      await criuOf(from).hold();
      await go();
      await criuOf(from).reached();
      const path = `/servers/${server.id}/migrations`;
      const { migrations } = await cloud.ask<{ migrations: { id: number }[] }>('compute', path);
      await cloud.ask('compute', `${path}/${migrations[0]?.id}`, { method: 'DELETE' });
      const isHeard = async (): Promise<boolean> =>
        (await cloud.eventsOf(server.id, 'live_migration_cancel')).length > 0;
      await until(isHeard, { what: 'the host to hear of it', signal: never, everyMs: 200, timeoutMs: 300_000 });
      await criuOf(from).mend();
      await ends('cancelled');
      await runsOn(from);
    });

    for (const [which, whose] of [
      ['their own host', hostOf],
      ['the other host', (one: Shown) => otherHost(hostOf(one))],
    ] as const) {
      it(`arrive though the service of ${which} is killed`, async () => {
        const [to, host] = [otherHost(hostOf(server)), whose(server)];
        const service = host === 'compute1' ? 'compute' : `compute@${host}`;
        await criuOf(host).hold();
        await go();
        await criuOf(host).reached();
        lost.add(service);
        await cloud.open.service(service).kill();
        await criuOf(host).mend();
        await cloud.restart([service], OPTIONS);
        lost.delete(service);
        await ends('completed');
        await runsOn(to);
      });
    }

    it('stay while they are paused, use too much memory, or have what nobody could take up again', async () => {
      const from = hostOf(server);
      const refused = async (told: RegExp, status = 'error'): Promise<void> => {
        const before = (await cloud.migrationsOf(server.id)).length;
        await go();
        const isOver = async (): Promise<boolean> => {
          const statuses = await cloud.migrationsOf(server.id);
          return statuses.length > before && statuses[0] === status;
        };
        await until(isOver, { what: 'it to be refused', signal: never, everyMs: 300, timeoutMs: 300_000 });
        const isTold = async (): Promise<boolean> =>
          told.test(JSON.stringify(await cloud.eventsOf(server.id, 'live-migration')));
        await until(isTold, { what: String(told), signal: never, everyMs: 300, timeoutMs: 300_000 });
      };
      await cloud.act(server.id, { pause: null });
      await cloud.reaches(server.id, 'PAUSED');
      await refused(/The server is paused; unpause it first/);
      await cloud.reaches(server.id, 'PAUSED');
      await cloud.act(server.id, { unpause: null });
      await cloud.reaches(server.id, 'ACTIVE');
      await cloud.inside(on(server), server.id, 'head -c 40000000 /dev/zero > /dev/shm/much');
      await refused(/The server uses \d+ MiB of memory, and would stand still for too long/);
      await cloud.inside(on(server), server.id, 'rm /dev/shm/much');
      // It came by a restore, and this comes after that.
      await cloud.inside(on(server), server.id, STRANGER);
      await refused(/can't be moved as they run: a process from outside \(docker exec\) has joined/, 'failed');
      await cloud.reaches(server.id, 'ACTIVE');
      await cloud.inside(on(server), server.id, 'kill $(cat /stranger)');
      await runsOn(from);
    });
  });
}
