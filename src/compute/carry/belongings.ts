import { ServiceError } from '../../errors/kinds.js';
import type { Args, InstanceOperation } from '../operation.js';
import { readInjectedFiles } from '../plan/contents.js';
import type { Belongings } from '../ports/instance-folders.js';

/**
 * What has to go along with a server, as text for another host: in the request that hands the server on, where Nova has
 * room for what hosts tell each other of disks (`disk_info` of finish_resize). So it takes the way that it came by, in
 * build_and_run_instance, and no other. Secret. Empty: nothing.
 */
export async function packedBelongings(op: InstanceOperation): Promise<string> {
  const found = await op.parts.folders.belongings(op.instance.get('uuid'));
  if (found === undefined) return '';
  const { injectedFiles, adminPassword, randomSeed } = found;
  const files = injectedFiles.map(({ path, data }) => [path, data.toString('base64')]);
  return JSON.stringify({ injected_files: files, admin_password: adminPassword, random_seed: randomSeed });
}

/** Undefined for the empty text, which hosts send that do not know of it. Throws Invalid for what is no such thing. */
export function unpackedBelongings(text: unknown): Belongings | undefined {
  if (text === '' || text === null || text === undefined) return undefined;
  const told = parsed(text);
  return {
    injectedFiles: readInjectedFiles(told),
    adminPassword: textOf(told['admin_password']),
    randomSeed: textOf(told['random_seed']),
  };
}

/** Without a word of what stands in it. */
function parsed(text: unknown): Args {
  try {
    const told: unknown = JSON.parse(String(text));
    if (typeof told === 'object' && told !== null && !Array.isArray(told)) return told as Args;
  } catch {
    // Told below.
  }
  throw new ServiceError('Invalid', 'The other host has sent files of the server that cannot be read.');
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
