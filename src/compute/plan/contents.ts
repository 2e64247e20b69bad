import { ServiceError } from '../../errors/kinds.js';
import { listArg } from '../arguments.js';
import type { Args } from '../operation.js';
import type { GuestContent, GuestFile } from '../ports/containers.js';
import type { InjectedFile } from '../ports/instance-folders.js';

/**
 * Files that a request brings for a server: `[[path, base64], …]` (injected_files of build_and_run_instance and
 * rebuild_instance). Throws Invalid (Base64Exception) naming the path.
 */
export function readInjectedFiles(args: Args): readonly InjectedFile[] {
  return listArg(args, 'injected_files').map((one) => {
    const [path, data] = Array.isArray(one) ? (one as unknown[]) : [];
    if (typeof path !== 'string' || typeof data !== 'string' || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data)) {
      const name = typeof path === 'string' ? path : '?';
      throw new ServiceError('Invalid', `Invalid Base 64 data for file ${name}`, {
        nova: { name: 'Base64Exception', code: 400, kwargs: { path: name } },
      });
    }
    return { path, data: Buffer.from(data, 'base64') };
  });
}

/**
 * Where injected files come to stand in the container; a path without a slash before it is meant from the root, as Nova
 * has it. `taken`: what is mounted there, which nothing can be put into. Throws Invalid for a path that leads nowhere.
 */
export function injectedContents(files: readonly InjectedFile[], taken: readonly GuestFile[]): readonly GuestContent[] {
  return files.map(({ path, data }) => {
    const steps = path.split('/').filter((step) => step !== '' && step !== '.');
    if (path.includes('\0') || path.endsWith('/') || steps.includes('..') || steps.length === 0) {
      throw badPath(path, 'it has to be the path of a file, without ".."');
    }
    const guestPath = `/${steps.join('/')}`;
    const above = taken.find((file) => guestPath === file.guestPath || guestPath.startsWith(`${file.guestPath}/`));
    if (above !== undefined) throw badPath(path, `what stands at ${above.guestPath} is made by the compute service`);
    return { guestPath, data, mode: 0o644, append: false };
  });
}

function badPath(path: string, why: string): ServiceError {
  const reason = `the file ${path.slice(0, 80)} can't be put into it: ${why}`;
  return new ServiceError('Invalid', `The server is unacceptable: ${reason}.`, {
    nova: { name: 'InstanceUnacceptable', code: 400, kwargs: { reason } },
  });
}

/** The server's public key, for root; it comes behind those that the image has. */
export function keyContent(publicKey: string): GuestContent {
  return {
    guestPath: '/root/.ssh/authorized_keys',
    data: Buffer.from(`${publicKey.trim()}\n`),
    mode: 0o600,
    directoryMode: 0o700,
    append: true,
  };
}
