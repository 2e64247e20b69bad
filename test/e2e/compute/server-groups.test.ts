import assert from 'node:assert/strict';
import { Lab } from '../support/lab.js';

const MICROVERSION = { microversion: '2.64' };

describe('a server group', () => {
  const lab = new Lab();
  let group: string;

  async function make(policy: string): Promise<string> {
    const body = { server_group: { name: `group-${policy}`, policy } };
    const made = await lab.rest.post<{ server_group: { id: string } }>(
      'compute',
      '/os-server-groups',
      body,
      MICROVERSION,
    );
    return made.server_group.id;
  }

  afterEach(async () => {
    await lab.deleteAll();
    await lab.rest.ask({ api: 'compute', method: 'DELETE', path: `/os-server-groups/${group}`, accept: [404] });
  });

  /** Asked for this host by name, which the scheduler's filters do not judge: only the host itself can. */
  async function askedForHere(): Promise<string> {
    const server = {
      name: 'grouped',
      imageRef: await lab.imageId('busybox'),
      flavorRef: await lab.flavorId('m1.nano'),
      networks: 'none',
      availability_zone: `nova:${lab.plane.host}`,
    };
    const body = { server, 'os:scheduler_hints': { group } };
    return (await lab.rest.post<{ server: { id: string } }>('compute', '/servers', body, lab.latest)).server.id;
  }

  it('keeps its servers apart on the host, too', async () => {
    group = await make('anti-affinity');
    const first = await askedForHere();
    await lab.reaches(first, 'ACTIVE');
    const second = await askedForHere();
    const { fault } = await lab.reaches(second, 'ERROR');
    assert.equal(fault?.message, 'Anti-affinity instance group policy was violated');
    assert.deepEqual([await lab.containersOf(second), await lab.allocationsOf(second)], [[], []]);
    await lab.delete(first);
    await lab.delete(second);
    await lab.reaches(await askedForHere(), 'ACTIVE');
  });

  it('keeps its servers together', async () => {
    group = await make('affinity');
    await lab.reaches(await askedForHere(), 'ACTIVE');
    await lab.reaches(await askedForHere(), 'ACTIVE');
  });
});
