import assert from 'node:assert/strict';
import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inbox } from '../../../../src/oslo/inbox/inbox.js';
import { SECRET_TOKEN } from '../contexts.js';
import { recordedLog } from '../recorded-log.js';
import { testFolder } from './folders.js';
import { storedCast } from './messages.js';

describe('inbox', () => {
  const folder = testFolder();
  let log: ReturnType<typeof recordedLog>;
  const opened: Inbox[] = [];
  const open = async (): Promise<Inbox> => {
    log = recordedLog();
    const inbox = await Inbox.open({ path: folder(), log, now: Date.now });
    opened.push(inbox);
    return inbox;
  };
  const put = (inbox: Inbox, id: string, args?: object) => {
    const { stored, request } = storedCast(id, args);
    return inbox.put(stored, request);
  };
  const pendingFiles = async (): Promise<string[]> => (await readdir(join(folder(), 'pending'))).sort();
  afterEach(async () => {
    for (const inbox of opened.splice(0)) await inbox.close();
  });

  it('keeps what was put, in order of arrival, over restarts', async () => {
    const first = await open();
    const ids = ['z', 'a', 'm'];
    for (const id of ids) await put(first, id, { uuid: id });
    assert.deepEqual(
      first.list().map((entry) => entry.uniqueId),
      ids,
    );
    const second = await open();
    await put(second, 'b');
    const third = await open();
    assert.deepEqual(
      third.list().map((entry) => entry.uniqueId),
      ['z', 'a', 'm', 'b'],
    );
    const [entry] = third.list();
    assert.deepEqual([entry?.request.args, entry?.topic, entry?.attempts], [{ uuid: 'z' }, 'compute', 0]);
    assert.equal(entry?.request.context.authToken, SECRET_TOKEN);
  });

  it('files are for their owner only', async () => {
    await put(await open(), 'a');
    const [file = ''] = await pendingFiles();
    assert.equal((await stat(join(folder(), 'pending', file))).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder(), 'pending'))).mode & 0o777, 0o700);
  });

  it('a duplicate does nothing: while the first is being written, while it is here, and after its end and a restart', async () => {
    const inbox = await open();
    const [one, other] = await Promise.all([put(inbox, 'a'), put(inbox, 'a')]);
    assert.deepEqual([typeof one, other], ['object', 'duplicate']);
    assert.equal(await put(inbox, 'a'), 'duplicate');
    await inbox.finish('a');
    assert.equal(await put(inbox, 'a'), 'duplicate');
    assert.equal(await put(await open(), 'a'), 'duplicate');
    assert.deepEqual(await pendingFiles(), []);
  });

  it('nothing of a finished message stays but its id', async () => {
    const inbox = await open();
    await put(inbox, 'a', { admin_password: 'geheim' });
    await inbox.start('a');
    await inbox.finish('a');
    assert.deepEqual([await pendingFiles(), inbox.list()], [[], []]);
    const finished = await readdir(join(folder(), 'finished'));
    for (const file of finished) {
      assert.equal((await readFile(join(folder(), 'finished', file), 'utf8')).trim(), 'a');
    }
  });

  it('counts starts durably; those left in good order do not count against the message', async () => {
    const counts = async (): Promise<[number | undefined, number | undefined]> => {
      const [entry] = (await open()).list();
      return [entry?.attempts, entry?.unended];
    };
    const inbox = await open();
    await put(inbox, 'a');
    assert.deepEqual([await inbox.start('a'), await inbox.start('a')], [1, 2]);
    assert.deepEqual(await counts(), [2, 2]);
    await inbox.giveBack('a');
    assert.deepEqual(await counts(), [2, 1]);
    await inbox.giveBack('a');
    await inbox.giveBack('a');
    assert.deepEqual(await counts(), [2, 0]);
    assert.equal(await inbox.start('a'), 3);
    assert.deepEqual([inbox.get('a')?.attempts, inbox.get('a')?.unended, inbox.get('b')], [3, 1, undefined]);
  });

  it('a restart alone counts nothing', async () => {
    await put(await open(), 'a');
    for (let restart = 0; restart < 5; restart++) assert.equal((await open()).list()[0]?.attempts, 0);
  });

  it('mends a crash between the record of the end and the removal of the file', async () => {
    const inbox = await open();
    await put(inbox, 'a');
    const [file = ''] = await pendingFiles();
    const path = join(folder(), 'pending', file);
    await copyFile(path, join(folder(), 'kept'));
    await inbox.finish('a');
    await copyFile(join(folder(), 'kept'), path);
    assert.deepEqual([(await open()).list(), await pendingFiles()], [[], []]);
  });

  it('keeps nothing when the disk refuses, and takes the message the next time', async () => {
    const inbox = await open();
    const { stored, request } = storedCast('a');
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    await assert.rejects(inbox.put({ ...stored, message: circular }, request));
    assert.deepEqual([inbox.list(), await pendingFiles()], [[], []]);
    assert.equal(typeof (await inbox.put(stored, request)), 'object');
  });

  it('parks what is not tried again: readable, without token and secrets, and its id is finished', async () => {
    const inbox = await open();
    await put(inbox, 'a', {
      admin_password: 'geheim',
      instance: { uuid: 'u1', user_data: 'geheim' },
      cells: [{ transport_url: 'geheim' }],
    });
    for (let start = 0; start < 3; start++) await inbox.start('a');
    const message = await inbox.park('a');
    assert.equal(message?.attempts, 3);
    const text = await readFile(join(folder(), 'parked', 'a.json'), 'utf8');
    assert.ok(!text.includes('geheim') && !text.includes(SECRET_TOKEN));
    assert.ok(text.includes('u1') && text.includes('req-1'));
    assert.match(message?.reason ?? '', /started 3 times without an end/);
    assert.deepEqual([await pendingFiles(), await put(await open(), 'a')], [[], 'duplicate']);
  });

  it('reports a parked message until somebody has heard of it, three times at most', async () => {
    const inbox = await open();
    await put(inbox, 'a');
    await inbox.park('a');
    assert.equal((await inbox.parked.takeUnreported()).length, 1);
    assert.equal((await (await open()).parked.takeUnreported())[0]?.message.uniqueId, 'a');
    await inbox.parked.markReported('a');
    assert.deepEqual(await (await open()).parked.takeUnreported(), []);
    await put(inbox, 'b');
    await inbox.park('b');
    const reports = [];
    for (let restart = 0; restart < 5; restart++) reports.push((await inbox.parked.takeUnreported()).length);
    assert.deepEqual(reports, [1, 1, 1, 0, 0]);
    assert.equal((await inbox.parked.list()).length, 2);
  });

  const broken: readonly [name: string, file: string, content: string][] = [
    ['half a file', '0000000000000001-a.0.0.json', '{"format":1,"uniqueId":"a","mess'],
    ['an empty file', '0000000000000001-a.0.0.json', ''],
    [
      'a later format',
      '0000000000000001-a.0.0.json',
      '{"format":2,"uniqueId":"a","topic":"t","message":{"method":"m"}}',
    ],
    ['no request', '0000000000000001-a.0.0.json', '{"format":1,"uniqueId":"a","topic":"t","message":{}}'],
    ['a stranger’s file', 'notes.txt', 'geheim'],
  ];
  for (const [name, file, content] of broken) {
    it(`moves ${name} aside, says so once, and goes on`, async () => {
      await put(await open(), 'good');
      await writeFile(join(folder(), 'pending', file), content);
      const inbox = await open();
      assert.equal(log.said('error').length, 1);
      assert.ok(!JSON.stringify(log.lines).includes('geheim'));
      assert.deepEqual(
        inbox.list().map((entry) => entry.uniqueId),
        ['good'],
      );
      assert.deepEqual(await readdir(join(folder(), 'corrupt')), [file]);
      await open();
      assert.deepEqual(log.lines, []);
    });
  }
});
