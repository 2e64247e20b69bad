import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../tools/plane/machine/command.js';
import { until } from '../../../tools/plane/machine/wait.js';
import { openPlane, type OpenPlane } from '../../../tools/plane/open.js';
import { busyboxArchive } from '../../../tools/plane/openstack/base-image.js';
import { CHECKOUT, type Plane } from '../../../tools/plane/plane.js';
import { statusOf } from '../../../tools/plane/status.js';
import { loadPlane } from '../../../tools/plane/store.js';
import { tracesOf } from '../../../tools/plane/take-down.js';

const never = new AbortController().signal;
const tool = join(CHECKOUT, 'tools/openstack');

/** A broker, an engine, a database and a Keystone with its accounts: the parts that could get into each other's way. */
const UP = ['up', '--name', 'beside', '--compute', 'none', '--only', 'rabbitmq,docker,accounts'];

/** The pids of all that runs in a plane. */
function pids(plane: Plane): Record<string, number | null> {
  return Object.fromEntries(statusOf(plane).map(({ name, pid }) => [name, pid]));
}

/** Starts a container of the base image in the plane's engine. */
async function container(open: OpenPlane, name: string): Promise<void> {
  const archive = join(open.folder, 'data', 'busybox.tar');
  writeFileSync(archive, await busyboxArchive());
  await open.docker(['load', '--input', archive]);
  await open.docker(['run', '--detach', '--network', 'none', '--name', name, 'busybox:latest']);
}

async function names(open: OpenPlane, ...words: string[]): Promise<string[]> {
  const listed = (await open.openstack([...words, 'list'])) as { Name: string }[];
  return listed.map(({ Name }) => Name);
}

describe('two planes on one machine', () => {
  let first: OpenPlane;
  let running: Record<string, number | null>;

  beforeEach(() => {
    first = openPlane();
    running = pids(first.plane);
  });

  afterEach(async () => {
    await run([tool, 'down', '--name', 'beside']);
    assert.equal(loadPlane('beside'), null);
    assert.deepEqual(pids(first.plane), running, 'the other plane still runs as it did');
  });

  it('share nothing, and one that goes leaves nothing', async () => {
    await run([tool, ...UP]);
    const second = openPlane('beside');
    const { plane } = second;
    const netns = (open: OpenPlane): string => readlinkSync(`/proc/${open.service('rabbitmq').pid ?? 0}/ns/net`);
    assert.notEqual(netns(first), netns(second));

    await second.openstack(['project', 'create', 'only-beside']);
    assert.ok((await names(second, 'project')).includes('only-beside'));
    assert.ok(!(await names(first, 'project')).includes('only-beside'));

    await second.rabbitmqctl(['add_vhost', 'only-beside']);
    assert.match(await second.rabbitmqctl(['list_vhosts']), /only-beside/);
    assert.doesNotMatch(await first.rabbitmqctl(['list_vhosts']), /only-beside/);

    await container(second, 'only-beside');
    assert.match(await second.docker(['ps']), /only-beside/);
    assert.doesNotMatch(await first.docker(['ps', '--all']), /only-beside/);

    assert.ok(tracesOf(plane).length > 5);
    await run([tool, 'down', '--name', 'beside']);
    assert.deepEqual(tracesOf(plane), []);
    assert.equal(existsSync(plane.folder), false);
    assert.equal(existsSync(plane.run), false);
  });

  it('is cleared away after a bring-up that was killed in the middle', async () => {
    const up = spawn(tool, UP, { stdio: 'ignore', detached: true });
    assert.ok(up.pid !== undefined);
    const broker = (): number | null => loadPlane('beside') && openPlane('beside').service('rabbitmq').pid;
    await until(broker, { what: 'the broker to start', signal: never, everyMs: 20 });
    const { plane } = openPlane('beside');
    process.kill(-up.pid, 'SIGKILL');
    assert.ok(tracesOf(plane).length > 1);
    await run([tool, 'down', '--name', 'beside']);
    assert.deepEqual(tracesOf(plane), []);
    assert.equal(existsSync(plane.folder), false);
  });

  it('goes on where a bring-up was killed, and brings back a service that died', async () => {
    const up = spawn(tool, UP, { stdio: 'ignore', detached: true });
    assert.ok(up.pid !== undefined);
    const engine = (): number | null => loadPlane('beside') && openPlane('beside').service('docker').pid;
    await until(engine, { what: 'the engine to start', signal: never, everyMs: 20 });
    process.kill(-up.pid, 'SIGKILL');
    const kept = engine();
    await run([tool, ...UP]);
    const second = openPlane('beside');
    assert.equal(second.service('docker').pid, kept);
    await container(second, 'survivor');
    await second.service('docker').kill();
    assert.equal(second.service('docker').pid, null);
    await run([tool, 'service', 'docker', 'start', '--name', 'beside']);
    assert.match(await second.docker(['ps', '--all']), /survivor/);
  });
});
