import assert from 'node:assert/strict';
import { join } from 'node:path';
import { run } from '../../../tools/plane/machine/command.js';
import { until } from '../../../tools/plane/machine/wait.js';
import { openPlane, type HostHandle, type OpenPlane } from '../../../tools/plane/open.js';
import { CHECKOUT } from '../../../tools/plane/plane.js';
import { loadPlane } from '../../../tools/plane/store.js';
import { tracesOf } from '../../../tools/plane/take-down.js';
import { Cloud } from './two-hosts/cloud.js';
import { findCriu } from './two-hosts/criu.js';
import { describeEvacuation } from './two-hosts/evacuation.js';
import { describeLiveMigrations } from './two-hosts/live-migration.js';
import { describeMoves } from './two-hosts/moves.js';
import { describeRefusals } from './two-hosts/refusals.js';
import { describeScheduling } from './two-hosts/scheduling.js';

const NAME = 'two-hosts';
const tool = join(CHECKOUT, 'tools/openstack');
const never = new AbortController().signal;

interface Guest {
  readonly host: HostHandle;
  readonly container: string;
  readonly address: string;
}

describe('two compute hosts', function () {
  let open: OpenPlane;
  let guests: readonly [Guest, Guest];

  before(async () => {
    const criu = await findCriu();
    const options = 'program' in criu ? ['--set', `docker.criu.program=${criu.program}`] : [];
    await run([tool, 'up', '--name', NAME, '--hosts', '2', ...options]);
    open = openPlane(NAME);
    guests = await Promise.all([boot('compute1'), boot('compute2')]);
  });
  after(async () => {
    const plane = loadPlane(NAME);
    await run([tool, 'down', '--name', NAME]);
    if (plane !== null) assert.deepEqual(tracesOf(plane), []);
  });

  /** A server on that host. */
  async function boot(name: string): Promise<Guest> {
    const what = ['--image', 'busybox', '--flavor', 'm1.nano', '--network', 'private'];
    const where = ['--availability-zone', `nova:${name}`];
    const made = await open.openstack(['server', 'create', ...what, ...where, '--wait', `on-${name}`]);
    const { id, addresses } = made as { id: string; addresses: { private: string[] } };
    const host = open.on(name);
    return { host, container: `nova-${id}`, address: addresses.private[0] ?? '' };
  }

  /** Whether an answer comes: nobody listens there, so it is a refusal. */
  async function reaches(from: Guest, to: Guest): Promise<boolean> {
    const knock = `nc -w 1 ${to.address} 7 < /dev/null 2>&1 || true`;
    return (await from.host.docker(['exec', from.container, 'sh', '-c', knock])).includes('refused');
  }

  async function eventually(from: Guest, to: Guest, expected: boolean): Promise<void> {
    const what = `${from.container} ${expected ? 'to reach' : 'to lose'} ${to.container}`;
    await until(async () => (await reaches(from, to)) === expected, { what, signal: never });
  }

  it('have an engine and a network of their own', async () => {
    const [one, two] = guests;
    const listed = async ({ host }: Guest): Promise<string[]> => {
      return (await host.docker(['ps', '--format', '{{.Names}}'])).trim().split('\n');
    };
    assert.deepEqual([await listed(one), await listed(two)], [[one.container], [two.container]]);
    const routers = (await two.host.run(['ip', '-o', 'link'])).stdout;
    assert.match(routers, /br-cable/);
    assert.doesNotMatch(routers, /cable-compute2/);
  });

  it('let their servers reach each other', async () => {
    const [one, two] = guests;
    await eventually(one, two, true);
    await eventually(two, one, true);
    // More than what fits into one packet, so that it matters how large they are.
    await two.host.docker([
      'exec',
      two.container,
      'sh',
      '-c',
      'head -c 200000 /dev/zero > /tmp/many; httpd -p 7000 -h /tmp',
    ]);
    const fetch = `printf 'GET /many HTTP/1.0\\r\\n\\r\\n' | nc -w 20 ${two.address} 7000 | wc -c`;
    const bytes = Number(await one.host.docker(['exec', one.container, 'sh', '-c', fetch]));
    assert.ok(bytes > 200_000, `${bytes} bytes`);
  });

  it('lose each other with the cable, and find each other again', async () => {
    const [one, two] = guests;
    await two.host.cut();
    await eventually(one, two, false);
    await two.host.mend();
    await eventually(one, two, true);
    await open.openstackTable(['server', 'reboot', '--hard', '--wait', 'on-compute2']);
    await eventually(one, two, true);
  });

  it('go on alone when the services of the other are killed', async () => {
    const [one, two] = guests;
    const names = ['compute', 'openvswitch-agent'].map((name) => `${name}@${two.host.name}`);
    for (const name of names) await open.service(name).kill();
    await eventually(one, two, true);
    for (const name of names) await run([tool, 'service', name, 'start', '--name', NAME]);
    await open.openstackTable(['server', 'reboot', '--hard', '--wait', 'on-compute2']);
    await eventually(one, two, true);
  });

  /** What a server has in that file of its own; undefined when it does not run there. */
  async function read({ host, container }: Guest, file: string): Promise<string | undefined> {
    return host.docker(['exec', container, 'cat', file]).then(
      (text) => text.trim(),
      () => undefined,
    );
  }

  async function write({ host, container }: Guest, file: string, text: string): Promise<void> {
    await host.docker(['exec', container, 'sh', '-c', `echo ${text} > ${file}`]);
  }

  async function stands({ host, container }: Guest): Promise<boolean> {
    return (await host.docker(['ps', '--all', '--format', '{{.Names}}'])).split('\n').includes(container);
  }

  async function becomes(name: string, wanted: Readonly<Record<string, string>>): Promise<void> {
    const columns = Object.keys(wanted).flatMap((column) => ['-c', column]);
    const shows = async (): Promise<boolean> => {
      const shown = (await open.openstack(['server', 'show', name, ...columns])) as Record<string, string>;
      return Object.entries(wanted).every(([column, value]) => shown[column] === value);
    };
    await until(shows, { what: `${name} to be ${JSON.stringify(wanted)}`, signal: never });
  }

  const HOST = 'OS-EXT-SRV-ATTR:host';

  it('take servers over from each other, with disk and address, and give them back as they were', async () => {
    const [one, two] = guests;
    const there = { ...one, host: two.host };
    await write(one, '/root/note', 'kept');
    await open.openstackTable(['server', 'migrate', '--wait', 'on-compute1']);
    await becomes('on-compute1', { status: 'VERIFY_RESIZE', [HOST]: 'compute2' });
    assert.equal(await read(there, '/root/note'), 'kept');
    assert.equal(await read(one, '/root/note'), undefined);
    await eventually(there, two, true);

    await write(there, '/root/note', 'lost');
    await open.openstackTable(['server', 'resize', 'revert', 'on-compute1']);
    await becomes('on-compute1', { status: 'ACTIVE', [HOST]: 'compute1' });
    assert.deepEqual([await read(one, '/root/note'), await stands(there)], ['kept', false]);
    await eventually(one, two, true);

    await open.openstackTable(['server', 'migrate', '--wait', 'on-compute1']);
    await open.openstackTable(['server', 'resize', 'confirm', 'on-compute1']);
    await becomes('on-compute1', { status: 'ACTIVE', [HOST]: 'compute2' });
    await until(async () => !(await stands(one)), { what: 'nothing to stay behind', signal: never });
    assert.equal(await read(there, '/root/note'), 'kept');
    await eventually(there, two, true);
    // What the disks travelled by is gone, too.
    const images = (await open.openstack(['image', 'list'])) as { Name: string }[];
    assert.deepEqual(
      images.map(({ Name }) => Name),
      ['busybox'],
    );
  });

  // On the same plane, with what the tests above have left on it.
  const cloudOf = (): Cloud => new Cloud(open);
  describeEvacuation(cloudOf);
  describeScheduling(cloudOf);
  describeRefusals(cloudOf);
  describeMoves(cloudOf);
  describeLiveMigrations(cloudOf);
});
