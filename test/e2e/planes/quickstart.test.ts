import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../tools/plane/machine/command.js';
import { openPlane } from '../../../tools/plane/open.js';
import { CHECKOUT } from '../../../tools/plane/plane.js';
import { statusOf } from '../../../tools/plane/status.js';
import { requirePlane } from '../../../tools/plane/store.js';
import { tracesOf } from '../../../tools/plane/take-down.js';

const NAME = 'first-steps';

/** The command as a person runs it, but in a network of its own, since the tests' machine may have services. */
async function quickstart(...words: string[]): Promise<string> {
  const argv = [join(CHECKOUT, 'tools/quickstart'), ...words, '--name', NAME, '--netns', 'own'];
  return (await run(argv, { env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/root' } })).stdout;
}

/** The server and its container as the tables show them. */
function readTables(output: string): { container: string; server: string } {
  const [, server = ''] = /\| ([0-9a-f-]{36}) \| hello +\| ACTIVE/.exec(output) ?? [];
  const [, container = ''] = /^([0-9a-f]{12}) .* Up .*nova-/m.exec(output) ?? [];
  return { container, server };
}

describe('tools/quickstart', () => {
  after(async () => {
    await quickstart('wipe');
  });

  it('boots a server, shows it as Nova and the engine see it, and is harmless when repeated', async () => {
    const first = await quickstart();
    const { container, server } = readTables(first);
    assert.match(container, /./, first);
    assert.match(first, new RegExp(`nova-${server}`));
    assert.match(first, /\| compute1 +\| docker/);
    assert.match(first, /private=192\.168\.233\.\d+/);
    assert.match(first, /source .*openrc/);
    const pids = statusOf(requirePlane(NAME)).map(({ pid }) => pid);

    const again = await quickstart();
    assert.deepEqual(readTables(again), { container, server });
    assert.deepEqual(
      statusOf(requirePlane(NAME)).map(({ pid }) => pid),
      pids,
    );
  });

  it('tells what runs, how to reach it and what was logged', async () => {
    assert.match(await quickstart('status'), /compute +running +\d+/);
    assert.match(await quickstart('env'), /export OS_AUTH_URL='http:\/\/127\.0\.0\.1:5000\/v3'/);
    assert.match(await quickstart('logs'), /takes requests/);
  });

  it('stops all of it, keeps its data, and brings the same server back', async () => {
    await quickstart('stop');
    const plane = requirePlane(NAME);
    assert.deepEqual(tracesOf(plane), []);
    const back = await quickstart();
    const { container } = readTables(back);
    const listed = await openPlane(NAME).docker(['ps', '--quiet']);
    assert.equal(listed.trim(), container, back);
  });

  it('wipes all of it', async () => {
    const plane = requirePlane(NAME);
    await quickstart('wipe');
    assert.deepEqual(tracesOf(plane), []);
    assert.equal(existsSync(plane.folder), false);
  });
});
