import assert from 'node:assert/strict';
import { Cloud, type Port } from './cloud.js';

/** Each first instruction of the container so far went out and was answered. */
const METADATA = /i-[0-9a-f]{8} = metadata/g;

describe('servers on Neutron networks: the first instruction after every restart', () => {
  let cloud: Cloud;
  let id: string;
  let times = 0;
  let first: Port | undefined;

  before(async () => {
    cloud = await Cloud.enter();
    id = await cloud.request({ networks: [{ uuid: await cloud.named('private') }] });
    assert.equal((await cloud.settled(id)).status, 'ACTIVE');
    await answered();
    [first] = await cloud.portsOf(id);
  });
  after(() => cloud.clear());

  /** Its first instruction has gone out, and Neutron saw nothing of the restart: the port did not flap. */
  async function answered(): Promise<void> {
    times += 1;
    const said = await cloud.said(id, new RegExp(`(= metadata[^]*){${times}}`));
    assert.equal(said.match(METADATA)?.length, times, said.slice(-600));
    if (first === undefined) return;
    const [port] = await cloud.portsOf(id);
    assert.deepEqual([port?.status, port?.revision_number], ['ACTIVE', first.revision_number]);
  }

  it('soft and hard reboot, stop and start', async () => {
    await cloud.act(id, { reboot: { type: 'SOFT' } }, 'ACTIVE');
    await answered();
    await cloud.act(id, { reboot: { type: 'HARD' } }, 'ACTIVE');
    await answered();
    await cloud.act(id, { 'os-stop': null }, 'SHUTOFF');
    await cloud.act(id, { 'os-start': null }, 'ACTIVE');
    await answered();
  });

  it('ten reboots in a row', async () => {
    for (let turn = 0; turn < 10; turn += 1) {
      await cloud.act(id, { reboot: { type: 'HARD' } }, 'ACTIVE');
      await answered();
    }
  });

  it('docker restart while the service is down', async () => {
    const service = cloud.open.service('compute');
    await service.kill();
    await cloud.docker('restart', '-t', '1', `nova-${id}`);
    await answered();
    await cloud.docker('stop', '-t', '1', `nova-${id}`);
    await cloud.docker('start', `nova-${id}`);
    await answered();
    await service.start();
  });

  it('restart and crash of the engine', async () => {
    const engine = cloud.open.service('docker');
    await engine.restart();
    await answered();
    await engine.kill();
    await engine.start();
    await cloud.act(id, { reboot: { type: 'HARD' } }, 'ACTIVE');
    await cloud.until(
      async () => (await cloud.docker('logs', `nova-${id}`)).split('= metadata').length - 1,
      (seen) => seen > times,
      'its first instruction',
    );
  });

  it('changes that nobody told the service of, and a port that somebody took off the switch', async () => {
    const service = cloud.open.service('compute');
    await cloud.act(id, { 'os-stop': null }, 'SHUTOFF');
    times = (await cloud.docker('logs', `nova-${id}`)).split('= metadata').length - 1;
    const [port] = await cloud.portsOf(id);
    const [fixed] = port?.fixed_ips ?? [];
    assert.ok(port && fixed);
    await service.kill();
    const body = { port: { fixed_ips: [{ subnet_id: fixed.subnet_id }, fixed] } };
    await cloud.admin.ask({ api: 'network', method: 'PUT', path: `/ports/${port.id}`, body });
    const { fixed_ips: addresses = [] } = (await cloud.portsOf(id))[0] ?? {};
    assert.equal(addresses.length, 2);
    await cloud.host('ip', 'link', 'delete', `tap${port.id}`.slice(0, 14));
    await service.start();
    await cloud.act(id, { 'os-start': null }, 'ACTIVE');
    first = undefined;
    await answered();
    const seen = await cloud.inside(id, 'ip', '-o', 'addr');
    for (const { ip_address: address } of addresses) assert.ok(seen.includes(` ${address}/`), seen);
  });

  it('loss of what a reboot of the host loses', async () => {
    await cloud.act(id, { 'os-stop': null }, 'SHUTOFF');
    await cloud.host('ip', 'netns', 'delete', `nova-${id}`);
    times = (await cloud.docker('logs', `nova-${id}`)).split('= metadata').length - 1;
    first = undefined;
    await cloud.act(id, { 'os-start': null }, 'ACTIVE');
    await answered();
  });
});
