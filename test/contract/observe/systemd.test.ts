import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { systemdReadiness } from '../../../src/observe/readiness.js';
import { captured } from '../../unit/observe/surroundings.js';

/** Listens where systemd would: Node has no datagram sockets on paths. */
const listener = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('listening', flush=True)
while True:
    text, ancillary, _flags, _address = s.recvmsg(4096, 4096)
    if text != b'BARRIER=1':
        print(text.decode().strip(), flush=True)
    for level, kind, data in ancillary:
        if kind == socket.SCM_RIGHTS:
            import os
            os.close(int.from_bytes(data[:4], sys.byteorder))
`;

describe('observe/readiness speaks to systemd through systemd-notify', () => {
  before(function () {
    if (spawnSync('systemd-notify', ['--version']).status === 0) return;
    console.log('      skipped: the program systemd-notify is not here (Debian: systemd)');
    this.skip();
  });

  it('tells READY and STOPPING', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'notify-test-'));
    const socket = path.join(folder, 'notify');
    const systemd = spawn('/usr/bin/python3', ['-c', listener, socket]);
    try {
      const lines = createInterface(systemd.stdout)[Symbol.asyncIterator]();
      const next = async () => (await lines.next()).value as string;
      assert.equal(await next(), 'listening');
      const run = async (program: string, args: readonly string[]) => {
        await promisify(execFile)(program, args, { env: { ...process.env, NOTIFY_SOCKET: socket } });
      };
      const { logging, out } = captured();
      const readiness = systemdReadiness({
        environment: { NOTIFY_SOCKET: socket },
        pid: process.pid,
        run,
        log: logging.log,
      });
      readiness.ready();
      assert.equal(await next(), 'READY=1');
      readiness.stopping();
      assert.equal(await next(), 'STOPPING=1');
      assert.deepEqual(out, []);
    } finally {
      systemd.kill();
      rmSync(folder, { recursive: true });
    }
  });
});
