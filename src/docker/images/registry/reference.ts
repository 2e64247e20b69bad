/** An image in a registry, as a Glance image refers to it. */
export interface RegistryReference {
  /** Host, with its port if one is named. */
  readonly registry: string;
  /** The registry and the image's path in it: what the engine calls a repository. */
  readonly repository: string;
  /** `sha256:…`; null when a tag is named instead. */
  readonly digest: string | null;
  readonly tag: string;
}

const HUB = 'docker.io';
const HUB_ALIASES = new Set(['index.docker.io', 'registry-1.docker.io']);
const HOST = /^(?:[a-zA-Z0-9][a-zA-Z0-9.-]*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
const LONGEST = 512;

/**
 * Reads `HOST[:PORT]/PATH[:TAG][@DIGEST]` as docker does (distribution/reference, Moby): without a host it is Docker
 * Hub's, without tag and digest `latest`. undefined when it is no such name.
 */
export function readReference(text: string): RegistryReference | undefined {
  const [named = '', digest = null, ...more] = text.split('@');
  const { name, tag } = untagged(named);
  const { registry, path } = split(name);
  const isName = text.length <= LONGEST && more.length === 0 && HOST.test(registry) && PATH.test(path);
  const isVersion = TAG.test(tag) && (digest === null || DIGEST.test(digest));
  return isName && isVersion ? { registry, repository: `${registry}/${path}`, digest, tag } : undefined;
}

/** A colon before the last slash is a port's. */
function untagged(named: string): { name: string; tag: string } {
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  return hasTag ? { name: named.slice(0, colon), tag: named.slice(colon + 1) } : { name: named, tag: 'latest' };
}

/** The first part is a host when it looks like one. */
function split(name: string): { registry: string; path: string } {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  if (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase()) {
    return { registry: plainHost(first), path: hubPath(plainHost(first), name.slice(slash + 1)) };
  }
  return { registry: HUB, path: hubPath(HUB, name) };
}

function hubPath(registry: string, path: string): string {
  return registry === HUB && !path.includes('/') ? `library/${path}` : path;
}

/** A registry's host in the one spelling that is compared. */
export function plainHost(host: string): string {
  const lower = host.toLowerCase();
  return HUB_ALIASES.has(lower) ? HUB : lower;
}

/** Whether the operator allows it: `allowed` names registries, or repositories or folders of them. */
export function isAllowed({ registry, repository }: RegistryReference, allowed: readonly string[]): boolean {
  return allowed.some((entry) => {
    const [host = '', ...path] = entry.replace(/\/+$/, '').split('/');
    const wanted = [plainHost(host), ...path].join('/');
    return registry === wanted || repository === wanted || repository.startsWith(`${wanted}/`);
  });
}
