import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RUNTIME_PROGRAM } from '../../../../src/network/host/runtime.js';

const UUID = '0a1b2c3d-1111-4222-8333-444455556666';
const ID = 'c0ffee';

/** What stands in for the programs that the runtime calls: each tells what it was called with. */
const RUNC = `echo "runc $*" >>"$CALLS"; [ ! -e "$RUNC_DOES" ] || . "$RUNC_DOES"`;
const NSENTER = `echo "nsenter $*" >>"$CALLS"`;
const IP = `echo "ip $*" >>"$CALLS"; [ "$1" != -batch ] || cat >>"$CALLS"; exit 0`;

interface Ran {
  readonly code: number;
  readonly said: string;
}

describe('network/runtime: restore and checkpoint', () => {
  let folder: string;
  let bundle: string;
  let instance: string;
  const at = (name: string): string => join(folder, name);
  const config = (): Record<string, unknown> =>
    JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8')) as Record<string, unknown>;
  const calls = (): string => (existsSync(at('calls')) ? readFileSync(at('calls'), 'utf8') : '');
  const told = (): string =>
    (JSON.parse(readFileSync(join(bundle, 'log.json'), 'utf8').trim().split('\n').at(-1) ?? '{}') as { msg: string })
      .msg;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runtime-test-'));
    bundle = at('bundle');
    instance = join(folder, 'networks', UUID);
    for (const path of [bundle, join(bundle, 'work'), at('bin'), instance, at('ctrd-checkpoint1')]) {
      mkdirSync(path, { recursive: true });
    }
    mkdirSync(join(instance, 'names', '.told'), { recursive: true });
    writeFileSync(join(instance, 'plan'), 'plan 1\nend -\n');
    program('runc', RUNC);
    program('ip', IP);
    program('nsenter', NSENTER);
    bundleWith({});
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function program(name: string, text: string): void {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  }

  /** As an engine writes it: in one line, without spaces. */
  function bundleWith(more: Readonly<Record<string, unknown>>, isOurs = true): void {
    const mounts = isOurs ? [{ destination: '/etc/hosts', source: join(instance, 'names', 'hosts') }] : [];
    const process = { args: ['sh', '-c', '"hooks":{"prestart":[', '@restored'] };
    writeFileSync(join(bundle, 'config.json'), JSON.stringify({ ociVersion: '1.0.2', process, mounts, ...more }));
  }

  /** A line of shell that runc does. */
  function runcDoes(text: string): void {
    writeFileSync(at('runc-does'), text);
  }

  function runtime(words: readonly string[], input = ''): Promise<Ran> {
    const env = { PATH: `${at('bin')}:${process.env['PATH']}`, CALLS: at('calls'), RUNC_DOES: at('runc-does') };
    return new Promise((resolve) => {
      const child = execFile('/bin/sh', [RUNTIME_PROGRAM, ...words], { env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr });
      });
      child.stdin?.on('error', () => undefined).end(input);
    });
  }

  /** As containerd calls it. */
  const restoreWords = (): readonly string[] => [
    ...['--root', at('root'), '--log', join(bundle, 'log.json'), '--log-format', 'json', 'restore'],
    ...['--image-path', at('ctrd-checkpoint1'), '--work-path', join(bundle, 'work'), '--detach'],
    ...['--pid-file', join(bundle, 'init.pid'), '--bundle', bundle, ID],
  ];

  const ours = (): unknown => ({
    path: '/bin/sh',
    args: ['sh', RUNTIME_PROGRAM, '@restored', instance, ID, join(bundle, 'restore-refused')],
  });
  const theirs = { path: '/proc/7/exe', args: ['libnetwork-setkey', 'x'] };

  const bundles: [string, Readonly<Record<string, unknown>>, unknown][] = [
    ['without hooks', {}, () => ({ prestart: [ours()] })],
    ['with none', { hooks: {} }, () => ({ prestart: [ours()] })],
    ["with the engine's", { hooks: { prestart: [theirs] } }, () => ({ prestart: [ours(), theirs] })],
    ['with others', { hooks: { poststop: [theirs] } }, () => ({ prestart: [ours()], poststop: [theirs] })],
  ];
  for (const [what, more, hooks] of bundles) {
    it(`a bundle ${what} gets the hook that plugs the ports, once, and is else as it was`, async () => {
      bundleWith(more);
      const before = config();
      assert.deepEqual(await runtime(restoreWords()), { code: 0, said: '' });
      assert.deepEqual(config(), { ...before, hooks: (hooks as () => unknown)() });
      assert.equal(calls(), `runc ${restoreWords().join(' ')}\n`);
      await runtime(restoreWords());
      assert.deepEqual(config(), { ...before, hooks: (hooks as () => unknown)() });
    });
  }

  it('a container that is no instance’s goes straight to runc', async () => {
    bundleWith({}, false);
    const before = config();
    await runtime(restoreWords());
    assert.deepEqual(config(), before);
    assert.ok(existsSync(at('ctrd-checkpoint1')));
    assert.equal(calls(), `runc ${restoreWords().join(' ')}\n`);
  });

  it('the hook moves the ports into the process that runc names, and keeps the namespace', async () => {
    const words = ['@restored', instance, ID, join(bundle, 'restore-refused')];
    const { code } = await runtime(words, '{"ociVersion":"1.0.2","id":"c0ffee","pid":4711,"status":"creating"}');
    assert.equal(code, 0);
    assert.match(calls(), new RegExp(`netns attach nova-${UUID} 4711`));
    assert.equal(readFileSync(join(instance, 'holder'), 'utf8'), `${ID}\n`);
  });

  it('nothing comes in before all of it is there: not while sockets are missing, of which the kernel would tell', async () => {
    const words = ['@restored', instance, ID, join(bundle, 'restore-refused')];
    await runtime(words, '{"pid":4711}');
    assert.match(calls(), /^nsenter --net=\/proc\/4711\/ns\/net -- iptables -w 30 -I INPUT -j DROP\n[^]*netns attach/);
    assert.ok(existsSync(join(instance, 'shut')));
    await runtime(restoreWords());
    assert.ok(!existsSync(join(instance, 'shut')));
  });

  it('a state without a process is refused, and where to find why', async () => {
    const refused = join(bundle, 'restore-refused');
    const { code } = await runtime(['@restored', instance, ID, refused], '{"status":"creating"}');
    assert.equal(code, 1);
    assert.match(readFileSync(refused, 'utf8'), /names no process/);
    assert.ok(!existsSync(join(instance, 'holder')));
  });

  it('the engine hears why the ports could not be moved in', async () => {
    runcDoes(`echo 'no such switch' >"${join(bundle, 'restore-refused')}"; exit 1`);
    assert.equal((await runtime(restoreWords())).code, 1);
    assert.match(told(), /^ports of the instance: no such switch/);
  });

  it('the engine hears CRIU’s first words of a failed restore, whatever is in them', async () => {
    const log = [
      '(00.000001) Version: 4.2',
      "(00.005000) Error (criu/rlimit.c:1): rlimit: Can't setup RLIMIT_NOFILE for self",
      '(00.010000)      1: Error (criu/files.c:1): files: Can\'t open "a\tb\\c"',
      '(00.020000) Error (criu/cr-restore.c:2): Restoring FAILED.',
      '(00.030000) Error (criu/mount.c:3): mnt: third',
    ];
    writeFileSync(join(bundle, 'work', 'restore.log'), `${log.join('\n')}\n`);
    runcDoes(
      `echo '{"level":"error","msg":"criu failed: type NOTIFY errno 0"}' >>"${join(bundle, 'log.json')}"; exit 1`,
    );
    assert.equal((await runtime(restoreWords())).code, 1);
    assert.equal(told().trim(), 'files: Can\'t open "a b\\c" Restoring FAILED.');
  });

  for (const code of [0, 1]) {
    it(`containerd’s copy of the memory is gone when runc ends with ${code}`, async () => {
      writeFileSync(join(at('ctrd-checkpoint1'), 'pages-1.img'), 'secret');
      runcDoes(`exit ${code}`);
      assert.equal((await runtime(restoreWords())).code, code);
      assert.ok(!existsSync(at('ctrd-checkpoint1')));
    });
  }

  it('a folder that is not containerd’s copy stays', async () => {
    mkdirSync(at('mine'));
    await runtime(restoreWords().map((word) => (word === at('ctrd-checkpoint1') ? at('mine') : word)));
    assert.ok(existsSync(at('mine')));
  });

  it('a server without a plan is refused before runc is called', async () => {
    rmSync(join(instance, 'plan'));
    rmSync(join(instance, 'names', '.told'), { recursive: true });
    assert.equal((await runtime(restoreWords())).code, 1);
    assert.match(told(), /no network plan/);
    assert.equal(calls(), '');
  });

  describe('checkpoint', () => {
    const words = (): readonly string[] => [
      ...['--root', at('root'), '--log', join(bundle, 'log.json'), 'checkpoint'],
      ...['--image-path', at('image'), '--work-path', join(bundle, 'work'), ID],
    ];

    it('a good one is runc’s own', async () => {
      runcDoes('echo done');
      assert.deepEqual(await runtime(words()), { code: 0, said: 'done' });
      assert.match(calls(), new RegExp(`\nrunc ${words().join(' ')}\n$`));
    });

    it('what has joined a restored container from outside is refused: nobody could take it up again', async () => {
      // The first process is this one here, and the runtime's is its child.
      runcDoes(`case $* in *" state "*) echo '{ "pid": ${process.pid}, "status": "running" }' ;; esac`);
      program('readlink', `case $1 in /proc/${process.pid}/*) echo 'time:[1]' ;; *) echo 'time:[1]' ;; esac`);
      assert.equal((await runtime(words())).code, 0);
      program('readlink', `case $1 in /proc/${process.pid}/*) echo 'time:[2]' ;; *) echo 'time:[1]' ;; esac`);
      const { code, said } = await runtime(words());
      assert.deepEqual([code, /^CRIU: a process from outside \(docker exec\) has joined/.test(said)], [1, true]);
      assert.equal(calls().match(/^runc .* checkpoint /gm)?.length, 1);
    });

    it('of a refused one the first line is CRIU’s, since containerd hands no more on', async () => {
      writeFileSync(join(bundle, 'work', 'dump.log'), '(00.0) Error (criu/x.c:1): inet: Connected TCP socket\n');
      runcDoes('echo "criu failed: type NOTIFY errno 0" >&2; exit 3');
      const { code, said } = await runtime(words());
      assert.equal(code, 3);
      assert.deepEqual(said.split('\n'), ['CRIU: inet: Connected TCP socket ', 'criu failed: type NOTIFY errno 0', '']);
    });

    it('without a word of CRIU runc’s stand alone', async () => {
      runcDoes('echo "no container" >&2; exit 1');
      assert.deepEqual(await runtime(words()), { code: 1, said: 'no container\n' });
    });
  });
});
