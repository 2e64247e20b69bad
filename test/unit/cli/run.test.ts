import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { exitCodes } from '../../../src/cli/exit-codes.js';

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves when the output matches; the test's own time limit ends the wait. */
  readonly says: (pattern: RegExp) => Promise<void>;
  readonly ended: Promise<number | null>;
}

describe('cli/run, as a process', function () {
  this.timeout(30_000);
  let folder: string;
  let config: string;
  const started: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'run-test-'));
    config = path.join(folder, 'nova.conf');
    writeFileSync(config, `[DEFAULT]\nstate_path = ${folder}/state\nlogdir = ${folder}\n`);
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  const log = () => (existsSync(logFile()) ? readFileSync(logFile(), 'utf8') : '');
  const logFile = () => path.join(folder, 'nova-compute-docker.log');

  function start(...args: string[]): Running {
    const script = new URL('./service-process.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', script, '--config-file', config, ...args]);
    started.push(child);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const says = async (pattern: RegExp) => {
      while (!pattern.test(text + log())) await pause(10);
    };
    const ended = once(child, 'exit').then(([code]) => code as number | null);
    return { child, output: () => text, says, ended };
  }

  it('starts, keeps a second one out, survives being killed, and stops when told', async () => {
    const first = start();
    await first.says(/Ready/);
    assert.match(log(), /WARNING .*\[DEFAULT\]logdir is an old name/);
    const second = start();
    assert.equal(await second.ended, exitCodes.taken);
    assert.match(log(), new RegExp(`Cannot start: process ${first.child.pid} already runs with`));
    first.child.kill('SIGKILL');
    await first.ended;
    renameSync(logFile(), path.join(folder, 'old.log'));
    const third = start();
    await third.says(/Ready/);
    third.child.kill('SIGTERM');
    assert.equal(await third.ended, exitCodes.ok);
    assert.match(log(), /Stopped\n$/);
  });

  it('on SIGHUP takes what may change, names what may not, and goes on in a new log file', async () => {
    const service = start();
    await service.says(/Ready/);
    renameSync(logFile(), path.join(folder, 'rotated.log'));
    writeFileSync(config, `${readFileSync(config, 'utf8')}shutdown_timeout = 7\nhost = other\n`);
    service.child.kill('SIGHUP');
    await service.says(/shutdown_timeout is 7/);
    assert.match(log(), /Configuration read again changed=\["\[DEFAULT\]shutdown_timeout"\]/);
    assert.match(log(), /WARNING .*options=\["\[DEFAULT\]host"\]/);
    writeFileSync(config, '[docker]\nwrong = 1\n');
    service.child.kill('SIGHUP');
    await service.says(/goes on as before/);
    service.child.kill('SIGINT');
    assert.equal(await service.ended, exitCodes.ok);
  });

  it('does not start with a wrong configuration, or without a log', async () => {
    writeFileSync(config, '[docker]\npids_limt = 1\n');
    const wrong = start();
    assert.equal(await wrong.ended, exitCodes.config);
    assert.match(wrong.output(), /nova\.conf:2: \[docker\] has no option "pids_limt"; did you mean "pids_limit"\?/);
    writeFileSync(config, '[DEFAULT]\n');
    const blind = start('--log-file', '/no/such/directory/x.log');
    assert.equal(await blind.ended, exitCodes.config);
    assert.match(blind.output(), /The log file cannot be opened: ENOENT/);
  });
});
