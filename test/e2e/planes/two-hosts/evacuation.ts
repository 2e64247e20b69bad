import assert from 'node:assert/strict';
import { until } from '../../../../tools/plane/machine/wait.js';
import { hostOf, type Cloud, type Shown } from './cloud.js';

const never = new AbortController().signal;
const DEAD = 'compute2';
const HERE = 'compute1';
const SERVICES = ['docker', 'openvswitch-agent', 'compute'].map((name) => `${name}@${DEAD}`);

/** What becomes of the servers of a host that dies, and of what stands on it when it comes back. */
export function describeEvacuation(cloudOf: () => Cloud): void {
  describe('servers of a host that is dead', function () {
    this.timeout(900_000);
    let cloud: Cloud;
    let isDead = false;
    const made: string[] = [];
    const networks: string[] = [];
    before(async () => {
      cloud = cloudOf();
      for (const nth of [1, 2]) networks.push(await cloud.network(`evacuated-${nth}`, `10.78.${nth}.0/24`));
    });
    after(async () => {
      if (isDead) await comesBack();
      await cloud.delete(...made.splice(0));
      for (const id of networks) await cloud.ask('network', `/networks/${id}`, { method: 'DELETE' });
    });

    async function boot(nets: readonly string[]): Promise<Shown> {
      const place = { availability_zone: `nova:${DEAD}`, networks: nets.map((uuid) => ({ uuid })) };
      const id = await cloud.create('evacuated', { ...place, config_drive: true });
      made.push(id);
      return cloud.reaches(id, 'ACTIVE');
    }

    /** Boots one there and brings it into a state. */
    async function bootInto(action: object, status: string, nets: readonly string[]): Promise<Shown> {
      const { id } = await boot(nets);
      await cloud.inside(cloud.open.on(DEAD), id, 'echo kept > /root/note');
      await cloud.act(id, action);
      return cloud.reaches(id, status);
    }

    /** As its power fails; who is in charge says so. */
    async function dies(): Promise<void> {
      isDead = true;
      const [engine = '', ...others] = SERVICES;
      for (const name of others) await cloud.open.service(name).kill();
      const host = cloud.open.on(DEAD);
      await host.docker(['kill', ...(await host.docker(['ps', '--quiet'])).trim().split('\n')]);
      await cloud.open.service(engine).kill();
      await cloud.service(DEAD, { forced_down: true });
    }

    /** Nova takes it for up again only after it has cleaned up. */
    async function comesBack(): Promise<void> {
      for (const name of SERVICES) await cloud.restart([name]);
      const isUp = (): Promise<boolean> =>
        cloud.service(DEAD, { forced_down: false }).then(
          () => true,
          () => false,
        );
      await until(isUp, { what: `${DEAD} to be up`, signal: never, everyMs: 300, timeoutMs: 300_000 });
      isDead = false;
    }

    const evacuate = (server: Shown) =>
      cloud.answer('compute', `/servers/${server.id}/action`, { body: { evacuate: {} } });

    async function arrives(server: Shown, status: string): Promise<Shown> {
      const shown = await cloud.reaches(server.id, status);
      assert.equal(hostOf(shown), HERE);
      assert.deepEqual(Object.keys(await cloud.held(server.id)).toSorted(), [HERE, DEAD]);
      return shown;
    }

    const isRunning = async (server: Shown): Promise<string> => {
      const format = '{{.State.Running}}';
      return (await cloud.open.on(HERE).docker(['inspect', '--format', format, `nova-${server.id}`])).trim();
    };

    /** What that host has in files of a server, if anything. */
    async function filesOf({ id }: Shown): Promise<string> {
      const folder = `${cloud.open.folder}/data/at-${DEAD}/${DEAD}`;
      return (await cloud.open.run(['find', folder, '-path', `*${id}*`])).stdout;
    }

    /** Whether an answer comes: nobody listens there, so it is a refusal. */
    async function reaches(from: Shown, to: Shown): Promise<void> {
      const address = to.addresses['evacuated-1']?.[0]?.addr ?? '';
      const knock = `nc -w 1 ${address} 7 < /dev/null 2>&1 || true`;
      const isReached = async (): Promise<boolean> =>
        (await cloud.inside(cloud.open.on(hostOf(from)), from.id, knock)).includes('refused');
      await until(isReached, { what: `${from.id} to reach ${to.id}`, signal: never, timeoutMs: 300_000 });
    }

    it('are made anew elsewhere; it has nothing of them when it comes back, and what stayed is as it was', async () => {
      const one = networks.slice(0, 1);
      const [runs, stopped, reset, stays] = await Promise.all([
        boot(networks.toReversed()),
        bootInto({ 'os-stop': null }, 'SHUTOFF', one),
        bootInto({ rescue: {} }, 'RESCUE', one),
        bootInto({ rescue: {} }, 'RESCUE', one),
      ]);
      const ports = await cloud.devices(cloud.open.on(DEAD), runs.id);
      assert.match(ports, /10\.78\.2\.[^]*10\.78\.1\./);
      await dies();

      // Nova evacuates what runs, is stopped or failed; an administrator may say that it is so.
      assert.deepEqual([(await evacuate(reset)).status, (await evacuate(stays)).status], [409, 409]);
      await cloud.act(reset.id, { 'os-resetState': { state: 'error' } });
      for (const server of [runs, stopped, reset]) assert.equal((await evacuate(server)).status, 200);
      const there = await arrives(runs, 'ACTIVE');
      assert.equal(await cloud.devices(cloud.open.on(HERE), runs.id), ports);
      assert.deepEqual([await isRunning(await arrives(stopped, 'SHUTOFF'))], ['false']);
      await arrives(reset, 'ACTIVE');
      assert.equal(await cloud.inside(cloud.open.on(HERE), reset.id, 'cat /root/note || true'), '');

      await comesBack();
      for (const server of [runs, stopped, reset]) {
        await cloud.leaves(DEAD, server.id);
        assert.deepEqual([await filesOf(server), Object.keys(await cloud.held(server.id))], ['', [HERE]]);
      }
      assert.notEqual(await filesOf(stays), '');
      assert.equal(hostOf(await cloud.reaches(stays.id, 'RESCUE')), DEAD);
      await cloud.act(stays.id, { unrescue: null });
      const back = await cloud.reaches(stays.id, 'ACTIVE');
      assert.equal(await cloud.inside(cloud.open.on(DEAD), stays.id, 'cat /root/note'), 'kept');
      await reaches(back, there);
      await reaches(there, back);
    });
  });
}
