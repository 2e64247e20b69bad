import { readFile } from 'node:fs/promises';
import { messageOf, ServiceError } from '../errors/kinds.js';

/** The operator's data for all instances: a JSON object. Throws Invalid, saying what is wrong with the file. */
export async function readVendorData(path: string | null): Promise<Readonly<Record<string, unknown>>> {
  if (path === null) return {};
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new TypeError('it is no JSON object');
  } catch (error) {
    throw new ServiceError(
      'Unavailable',
      `[api] vendordata_jsonfile_path: ${path} can't be used: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}
