import { open } from 'node:fs/promises';
import { messageOf, ServiceError } from '../../../errors/kinds.js';
import type { RegistryCredentials } from '../../engine/engine.js';
import { asObject, asString, type Json } from '../archive/shapes.js';
import { plainHost, type RegistryReference } from './reference.js';

/** Docker Hub's name for itself in an engine's request. */
const HUB_ADDRESS = 'https://index.docker.io/v1/';

/**
 * What the host's file has for a registry: `auths` of docker's config.json, as `docker login` writes it. Read each time,
 * so that a new password counts at once. null when the file has nothing for it. Throws Unavailable for a file that can't
 * be used, with the reason among its facts (they are for the log; a tenant reads only that the host is at fault).
 */
export async function credentialsFor(
  { registry, repository }: RegistryReference,
  file: string | null,
): Promise<RegistryCredentials | null> {
  if (file === null) return null;
  const auths = Object.entries(asObject((await readConfig(file))['auths']) ?? {});
  const matching = auths
    .map(([key, value]) => ({ key: plainKey(key), entry: asObject(value) ?? {} }))
    .filter(({ key }) => key === registry || repository === key || repository.startsWith(`${key}/`))
    .sort((one, other) => other.key.length - one.key.length);
  const [best] = matching;
  return best === undefined ? null : credentialsIn(best.entry, registry);
}

/** Keys are hosts, URLs (Docker Hub's is), or hosts with a path, as podman writes them. */
function plainKey(key: string): string {
  const [host = '', ...path] = key
    .replace(/^https?:\/\//, '')
    .replace(/\/(?:v[12]\/?)?$/, '')
    .split('/');
  return [plainHost(host), ...path].join('/');
}

function credentialsIn(entry: Json, registry: string): RegistryCredentials | null {
  const serveraddress = registry === 'docker.io' ? HUB_ADDRESS : registry;
  const token = asString(entry['identitytoken']);
  if (token !== undefined && token !== '') return { identitytoken: token, serveraddress };
  const [name, word] = pairIn(asString(entry['auth']) ?? '');
  const username = asString(entry['username']) ?? name;
  const password = asString(entry['password']) ?? word;
  return username === undefined || password === undefined ? null : { username, password, serveraddress };
}

/** Reads base64 of `NAME:PASSWORD`; only the password may have colons. */
function pairIn(auth: string): readonly [string?, string?] {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? [] : [text.slice(0, colon), text.slice(colon + 1)];
}

async function readConfig(file: string): Promise<Json> {
  let reason: string;
  try {
    const text = await readPrivate(file);
    const config = asObject(JSON.parse(text));
    if (config !== undefined) return config;
    reason = 'it holds no JSON object';
  } catch (error) {
    // What JSON.parse says quotes the text, which is secret.
    reason = error instanceof SyntaxError ? 'it is no JSON' : messageOf(error);
  }
  const text = "This host can't use its registry credentials: its operator has to look at [docker] registry_auth_file.";
  throw new ServiceError('Unavailable', text, { facts: { file, reason } });
}

/** Reads a file that nobody else of the host may read or change. */
async function readPrivate(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { mode, uid } = await handle.stat();
    if ((mode & 0o077) !== 0) throw new Error('others may read or write it: chmod 600');
    if (uid !== 0 && uid !== process.getuid?.()) throw new Error('it belongs to another user: chown it to root');
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
