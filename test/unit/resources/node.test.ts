import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { HostNode } from '../../../src/resources/node.js';
import {
  decideIdentity,
  readIdentityFiles,
  writeIdentityFile,
  type IdentityFacts,
} from '../../../src/resources/node-identity.js';
import { memoryLog } from '../../double/logger.js';
import { HERE, UUID } from './facts.js';

const OTHER = '99999999-9999-4999-8999-999999999999';
const NEW = '77777777-7777-4777-8777-777777777777';

describe('resources node identity', () => {
  const first: IdentityFacts = {
    here: HERE,
    fileUuid: undefined,
    serviceVersion: undefined,
    nodeByName: undefined,
    nodeByUuid: undefined,
    localInstances: 0,
  };
  const node = { id: 1, uuid: UUID, ...HERE };

  const fine: readonly [string, Partial<IdentityFacts>, string, boolean][] = [
    ['is made at the first start', {}, NEW, true],
    ['is the one that was put there before the first start', { fileUuid: UUID }, UUID, false],
    [
      'stays',
      { fileUuid: UUID, serviceVersion: 68, nodeByName: node, nodeByUuid: node, localInstances: 3 },
      UUID,
      false,
    ],
    [
      'is taken over from an old release, which had no file',
      { serviceVersion: 64, nodeByName: node, localInstances: 3 },
      UUID,
      true,
    ],
    ['is made for an old release without a record', { serviceVersion: 64 }, NEW, true],
  ];
  for (const [title, facts, uuid, write] of fine) {
    it(title, () =>
      assert.deepEqual(
        decideIdentity({ ...first, ...facts }, () => NEW),
        { uuid, write },
      ),
    );
  }

  const refused: readonly [string, Partial<IdentityFacts>, RegExp][] = [
    [
      'a lost file',
      { serviceVersion: 65 },
      /no compute_id file, but this is not the first start of host compute1.*Restore the file/,
    ],
    [
      'a lost file, with what it held',
      { serviceVersion: 68, nodeByName: node },
      /It was 11111111-.*, says the database/,
    ],
    [
      'instances without a service',
      { localInstances: 2 },
      /no service record of host compute1, but there are 2 containers/,
    ],
    [
      'a host with another name',
      { fileUuid: UUID, serviceVersion: 68, nodeByUuid: { ...node, host: 'old' } },
      /can't be renamed: set host in nova.conf back to old/,
    ],
    ['a node with another name', { fileUuid: UUID, nodeByUuid: { ...node, node: 'old' } }, /can't be renamed/],
    [
      "another host's disk",
      { fileUuid: OTHER, serviceVersion: 68, nodeByName: node },
      /file says 9999.*is 11111111.*put 11111111-1111-4111-8111-111111111111 into the file/,
    ],
  ];
  for (const [title, facts, text] of refused) {
    it(`refuses ${title}`, () => assert.throws(() => decideIdentity({ ...first, ...facts }, () => NEW), text));
  }

  describe('file', () => {
    let folder: string;
    beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'identity-'))));
    afterEach(() => rm(folder, { recursive: true }));

    it('is written whole and read again', async () => {
      const file = path.join(folder, 'state', 'compute_id');
      assert.equal(await readIdentityFiles([file]), undefined);
      await writeIdentityFile(file, UUID);
      await writeFile(`${file}.new`, 'left by a crash');
      await writeIdentityFile(file, NEW);
      assert.equal(await readFile(file, 'utf8'), `${NEW}\n`);
      assert.deepEqual(await readdir(path.dirname(file)), ['compute_id']);
      assert.equal(await readIdentityFiles([path.join(folder, 'none'), file]), NEW);
    });

    it('must hold a uuid', async () => {
      const file = path.join(folder, 'compute_id');
      await writeFile(file, 'x');
      await assert.rejects(readIdentityFiles([file]), /compute_id holds no uuid: restore it/);
    });

    it('must agree with another one', async () => {
      const files = [path.join(folder, 'a'), path.join(folder, 'b')];
      for (const file of files) await writeFile(file, UUID.toUpperCase());
      assert.equal(await readIdentityFiles(files), UUID);
      await writeFile(files[1] ?? '', OTHER);
      await assert.rejects(readIdentityFiles(files), /a and .*b hold different uuids/);
    });

    it('that cannot be written says which folder', async () => {
      await writeFile(path.join(folder, 'file'), '');
      await assert.rejects(
        writeIdentityFile(path.join(folder, 'file', 'compute_id'), UUID),
        /can't be written.*needs to write to/,
      );
    });
  });
});

describe('resources host node', () => {
  function start() {
    const tasks: (() => void)[] = [];
    const log = memoryLog();
    const ends: boolean[] = [];
    let release: (() => void) | undefined;
    let refreshes = 0;
    let fail = false;
    const node = new HostNode({
      uuid: UUID,
      tracker: {
        refresh: () => {
          refreshes += 1;
          if (fail) return Promise.reject(new Error('away'));
          return new Promise((resolve) => (release = resolve));
        },
        buildEnded: (succeeded) => void ends.push(succeeded),
      },
      publisher: { setDisabled: () => Promise.resolve() },
      uptime: () => Promise.resolve('up'),
      later: (_ms, task) => {
        tasks.push(task);
        return () => void tasks.splice(tasks.indexOf(task), 1);
      },
      log,
    });
    const elapse = () => tasks.shift()?.();
    const finish = async () => {
      release?.();
      await new Promise(setImmediate);
    };
    return { node, tasks, log, ends, elapse, finish, refreshes: () => refreshes, failing: () => (fail = true) };
  }

  it('gathers changes into one refresh', () => {
    const { node, tasks, elapse, refreshes } = start();
    for (let n = 0; n < 50; n++) node.usageChanged();
    assert.equal(tasks.length, 1);
    elapse();
    assert.equal(refreshes(), 1);
  });

  it('refreshes once more for what changed while it did', async () => {
    const { node, tasks, elapse, finish, refreshes } = start();
    node.usageChanged();
    elapse();
    node.usageChanged();
    node.buildEnded(false);
    assert.equal(tasks.length, 0);
    await finish();
    assert.equal(tasks.length, 1);
    elapse();
    await finish();
    assert.deepEqual([refreshes(), tasks.length], [2, 0]);
  });

  it('survives a refresh that fails', async () => {
    const { node, elapse, finish, failing, log, tasks } = start();
    failing();
    node.usageChanged();
    elapse();
    await finish();
    assert.deepEqual(log.lines, ["warn The node's figures could not be saved; the next audit will"]);
    node.usageChanged();
    assert.equal(tasks.length, 1);
  });

  it('counts how builds ended', () => {
    const { node, ends, tasks } = start();
    node.buildEnded(false);
    node.buildEnded(true);
    assert.deepEqual(ends, [false, true]);
    assert.equal(tasks.length, 1);
  });

  it('is quiet once it is closed, and waits for what runs', async () => {
    const { node, tasks, elapse, finish } = start();
    node.usageChanged();
    elapse();
    let closed = false;
    const closing = node.close().then(() => (closed = true));
    node.usageChanged();
    assert.deepEqual([tasks.length, closed], [0, false]);
    await finish();
    await closing;
    assert.equal(tasks.length, 0);
  });

  it('drops a refresh that waits when it is closed', async () => {
    const { node, tasks } = start();
    node.usageChanged();
    await node.close();
    assert.equal(tasks.length, 0);
  });
});
