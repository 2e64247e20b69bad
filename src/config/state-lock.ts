import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdir, open, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ServiceError } from '../errors/kinds.js';

/** Held until release, or until the process ends however it ends. */
export interface StateLock {
  /** Lets another process have the state path. */
  release(): Promise<void>;
}

/**
 * Makes this process the only one on a state path, which is created if it is missing.
 *
 * The lock is a flock(2) on a file in it. Node cannot call that, so the program `flock` (util-linux, busybox) does, on a
 * descriptor that it inherits: such a lock belongs to the open file, not to a process, so it stays when that program
 * ends and goes when this process does, even by kill -9. Nothing has to be cleaned up, no stale file can keep a service
 * from starting, and two that start at once cannot both succeed.
 *
 * INVARIANTS: the descriptor is close-on-exec (as all of Node's), so no child keeps the lock alive after us. The file is
 * never removed: its removal would let a second process lock a new file of the same name.
 *
 * @throws {ServiceError} Conflict if another process has it, naming that; Invalid if the path cannot be used
 */
export async function holdStateLock(statePath: string, pid: number): Promise<StateLock> {
  const file = path.join(statePath, 'nova-compute-docker.lock');
  const handle = await openLockFile(statePath, file);
  try {
    if (!(await flock(handle.fd))) throw taken(statePath, await holderOf(handle));
    if (!(await isStillNamed(handle, file))) throw taken(statePath, '');
    await handle.truncate(0);
    await handle.write(`${pid}\n`, 0);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return { release: () => handle.close() };
}

async function openLockFile(statePath: string, file: string): Promise<FileHandle> {
  try {
    await mkdir(statePath, { recursive: true, mode: 0o750 });
    return await open(file, constants.O_RDWR | constants.O_CREAT, 0o644);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ServiceError('Invalid', `[DEFAULT]state_path = ${statePath} cannot be used: ${reason}`, { cause: error });
  }
}

/** True if the lock is ours now, false if somebody else has it. */
function flock(fd: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    // The descriptor is number 3 in the program. Both implementations end with 1 when the lock is taken.
    const program = spawn('flock', ['-x', '-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    program.once('error', (cause) => {
      reject(
        new ServiceError('Invalid', 'the program flock (package util-linux) is needed and cannot be run', { cause }),
      );
    });
    program.once('exit', (code) => {
      if (code === 0 || code === 1) resolve(code === 0);
      else
        reject(new ServiceError('Invalid', `the lock in state_path cannot be taken: flock ended with ${String(code)}`));
    });
  });
}

async function holderOf(handle: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(32), 0, 32, 0);
  return buffer.toString('utf8', 0, bytesRead).trim();
}

/** Somebody may have removed the file between our opening and our locking it. */
async function isStillNamed(handle: FileHandle, file: string): Promise<boolean> {
  const held = await handle.stat();
  const named = await stat(file).catch(() => undefined);
  return named?.ino === held.ino && named.dev === held.dev;
}

function taken(statePath: string, holder: string): ServiceError {
  const who = holder === '' ? 'another process' : `process ${holder}`;
  return new ServiceError(
    'Conflict',
    `${who} already runs with [DEFAULT]state_path = ${statePath}. Stop it, or give each service of this machine its own ` +
      'state_path and host.',
  );
}
