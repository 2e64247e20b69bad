import type { CreateOptions, HostConfig } from '../engine/wire.js';

/** A part of a container spec, about one matter. */
export interface Fragment extends Omit<CreateOptions, 'HostConfig'> {
  readonly HostConfig?: Partial<HostConfig>;
}

/** Puts fragments together. Two that speak about the same option are a programming error. */
export function joinFragments(fragments: readonly Fragment[]): CreateOptions {
  const options: Record<string, unknown> = {};
  const hostConfig: Record<string, unknown> = {};
  for (const { HostConfig: host = {}, ...rest } of fragments) {
    add(options, rest);
    add(hostConfig, host);
  }
  return { ...options, HostConfig: hostConfig };
}

function add(into: Record<string, unknown>, part: Readonly<Record<string, unknown>>): void {
  for (const [option, value] of Object.entries(part)) {
    if (option in into) throw new Error(`Two fragments of the container spec set ${option}`);
    into[option] = value;
  }
}
