import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { once } from 'node:events';
import { pack } from 'tar-stream';
import { json } from '../scriptedEngine.js';
import { failsAs } from '../failures.js';
import { ID, IMAGES, KEY, withWorld, writeImages, type World } from './world.js';

const NAME = 'move-1';

/** What a host that has taken one sends. */
async function sent(): Promise<Buffer> {
  let archive = Buffer.alloc(0);
  await withWorld(async ({ checkpoints, folder, signal }) => {
    writeImages(join(folder, NAME));
    writeFileSync(join(folder, `.whole-${NAME}`), '');
    archive = await buffer(await checkpoints.read(KEY, NAME, signal));
  });
  return archive;
}

/** A container that was made and has never run. */
async function withNew(test: (world: World) => Promise<void>): Promise<void> {
  await withWorld((world) => {
    Object.assign(world.state, { Running: false, Status: 'created' });
    return test(world);
  });
}

function archiveOf(
  entries: readonly { name: string; type?: 'file' | 'symlink' | 'directory'; text?: string }[],
): Readable {
  const tar = pack();
  for (const { name, type = 'file', text = '' } of entries) {
    if (type === 'file') tar.entry({ name, type }, text);
    else tar.entry({ name, type, linkname: '/etc' });
  }
  tar.finalize();
  return tar as unknown as Readable;
}

describe('docker/checkpoints: read and place', () => {
  it('what one host reads another one has, for its root alone', () =>
    withNew(async ({ checkpoints, folder, left, signal }) => {
      const body = await sent();
      for (const _twice of [1, 2]) {
        await checkpoints.place(KEY, NAME, Readable.from([body]), signal);
        assert.deepEqual(left(), [NAME]);
      }
      for (const [name, text] of Object.entries(IMAGES)) {
        assert.equal(readFileSync(join(folder, NAME, name), 'utf8'), text);
        assert.equal(statSync(join(folder, NAME, name)).mode & 0o777, 0o600);
      }
      assert.equal(statSync(join(folder, NAME)).mode & 0o777, 0o700);
    }));

  it('cut off anywhere, nothing of it is there, and what was there before stays', async () => {
    const body = await sent();
    for (const length of [0, 512, 1024, 2048, Math.floor(body.length / 2), body.length - 2560, body.length - 3072]) {
      await withNew(async ({ checkpoints, folder, left, signal }) => {
        writeImages(join(folder, NAME), { 'old.img': 'old' });
        const placed = checkpoints.place(KEY, NAME, Readable.from([body.subarray(0, length)]), signal);
        await assert.rejects(placed, Error, `${length} bytes`);
        assert.deepEqual(left(), [NAME]);
        assert.equal(readFileSync(join(folder, NAME, 'old.img'), 'utf8'), 'old');
      });
    }
  });

  const WHOLE = { name: '.whole', text: '{"files":1,"bytes":1}' };
  const bad: [string, Readable, RegExp][] = [
    ['a way out', archiveOf([{ name: '../evil', text: 'x' }, WHOLE]), /something else in it/],
    ['a hidden one', archiveOf([{ name: '.evil', text: 'x' }, WHOLE]), /something else in it/],
    ['a folder', archiveOf([{ name: 'folder', type: 'directory' }, WHOLE]), /something else in it/],
    ['a link', archiveOf([{ name: 'link', type: 'symlink' }, WHOLE]), /something else in it/],
    ['fewer', archiveOf([WHOLE]), /did not come whole/],
    ['other sizes', archiveOf([{ name: 'a', text: 'xx' }, WHOLE]), /did not come whole/],
    ['more behind', archiveOf([{ name: 'a', text: 'x' }, WHOLE, { name: 'b', text: 'x' }]), /did not come whole/],
  ];
  for (const [what, body, text] of bad) {
    it(`refuses an archive with ${what}`, () =>
      withNew(async ({ checkpoints, left, signal }) => {
        await assert.rejects(checkpoints.place(KEY, NAME, body, signal), failsAs('Invalid', text));
        assert.deepEqual(left(), []);
        assert.ok(body.destroyed);
      }));
  }

  it('two of one name, a body that fails, and an aborted one leave nothing', () =>
    withNew(async ({ checkpoints, left, signal }) => {
      const twice = archiveOf([
        { name: 'a', text: 'x' },
        { name: 'a', text: 'x' },
      ]);
      await assert.rejects(checkpoints.place(KEY, NAME, twice, signal), failsAs('Unavailable', /\(EEXIST\)/));
      const failing = new Readable({ read: () => failing.destroy(new Error('the other host is gone')) });
      await assert.rejects(checkpoints.place(KEY, NAME, failing, signal), failsAs('Unavailable', /could not be put/));
      const over = new AbortController();
      const silent = new Readable({ read: () => over.abort(new Error('stopping')) });
      await assert.rejects(checkpoints.place(KEY, NAME, silent, over.signal), /stopping/);
      assert.deepEqual(left(), []);
    }));

  it('only a container that has never run gets one', () =>
    withWorld(async ({ checkpoints, left, signal }) => {
      const body = Readable.from([await sent()]);
      await assert.rejects(checkpoints.place(KEY, NAME, body, signal), failsAs('Conflict', /has never run/));
      assert.deepEqual(left(), []);
    }));

  it('one that is not whole, or not there, is not read', () =>
    withWorld(async ({ checkpoints, folder, signal }) => {
      writeImages(join(folder, NAME));
      await assert.rejects(checkpoints.read(KEY, NAME, signal), failsAs('NotFound', /no checkpoint move-1/));
    }));

  it('a file that goes while it is read breaks the stream; an aborted or destroyed one ends', () =>
    withWorld(async ({ checkpoints, folder, signal }) => {
      writeImages(join(folder, NAME));
      writeFileSync(join(folder, `.whole-${NAME}`), '');
      mkdirSync(join(folder, NAME, 'zz'));
      await assert.rejects(
        buffer(await checkpoints.read(KEY, NAME, signal)),
        failsAs('Unavailable', /could not be read/),
      );
      const over = new AbortController();
      const aborted = await checkpoints.read(KEY, NAME, over.signal);
      over.abort();
      await assert.rejects(buffer(aborted), { name: 'AbortError' });
      const destroyed = await checkpoints.read(KEY, NAME, signal);
      destroyed.destroy();
      await once(destroyed, 'close');
    }));
});

describe('docker/checkpoints: restore', () => {
  const START = `POST /containers/${ID}/start`;

  it('starts it from there; running already is fine', () =>
    withNew(async ({ checkpoints, scripted, folder, state, signal }) => {
      writeImages(join(folder, NAME));
      scripted.routes.set(START, (_request, response, path) => {
        assert.equal(path, `/containers/${ID}/start?checkpoint=${NAME}`);
        state.Running = true;
        response.writeHead(204).end();
      });
      await checkpoints.restore(KEY, NAME, signal);
      await checkpoints.restore(KEY, NAME, signal);
      assert.equal(scripted.asked.filter((one) => one === START).length, 1);
      // Other bytes than those that containerd may have kept.
      assert.match(readFileSync(join(folder, NAME, 'nova-restore'), 'utf8'), /^20.*Z\n$/);
    }));

  it("one that is not there is not asked for; CRIU's refusal leaves it stopped", () =>
    withNew(async ({ checkpoints, scripted, folder, signal }) => {
      const restored = (): Promise<void> => checkpoints.restore(KEY, NAME, signal);
      await assert.rejects(restored(), failsAs('NotFound', /no checkpoint move-1/));
      writeImages(join(folder, NAME));
      scripted.routes.set(START, json(500, { message: "OCI runtime restore failed: files: Can't open x: unknown" }));
      scripted.routes.set(`POST /containers/${ID}/kill`, json(409, { message: 'is not running' }));
      scripted.routes.set(`POST /containers/${ID}/stop`, (_request, response) => response.writeHead(304).end());
      await assert.rejects(restored(), failsAs('Unsupported', /could not be taken up here: files: Can't open x$/));
      assert.ok(scripted.asked.includes(`POST /containers/${ID}/stop`));
    }));
});

describe('docker/checkpoints: forget', () => {
  it("takes all of it away, and containerd's copies, and nobody else's", () =>
    withWorld(async ({ checkpoints, folder, temporary, left }) => {
      writeImages(join(folder, NAME));
      writeImages(join(folder, `.unfinished-${NAME}`));
      writeImages(join(folder, 'another'));
      writeFileSync(join(folder, `.whole-${NAME}`), '');
      writeImages(join(temporary, 'ctrd-checkpoint1'));
      writeImages(join(temporary, 'ctd-checkpoint2'), { 'pages-1.img': IMAGES['pages-1.img'].slice(0, 50_000) });
      writeImages(join(temporary, 'ctrd-checkpoint3'), { ...IMAGES, 'core-1.img': 'of another' });
      writeImages(join(temporary, 'ctrd-checkpoint4'), { ...IMAGES, 'core-2.img': 'more' });
      writeImages(join(temporary, 'mine'));
      for (const _twice of [1, 2]) await checkpoints.forget(KEY, NAME);
      assert.deepEqual(left(), ['another']);
      assert.deepEqual(readdirSync(temporary).toSorted(), ['ctrd-checkpoint3', 'ctrd-checkpoint4', 'mine']);
    }));

  it('a container that is gone has none', () =>
    withWorld(async ({ checkpoints, scripted }) => {
      scripted.routes.delete(`GET /containers/nova-${KEY.instanceUuid}/json`);
      await checkpoints.forget(KEY, NAME);
    }));
});
