import type { ContainerKey, ContainerRole } from '../compute/ports/containers.js';

const SUFFIX: Readonly<Record<ContainerRole, string>> = {
  main: '',
  rescue: '-rescue',
  incoming: '-incoming',
  former: '-former',
};
const NAME = /^nova-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-(rescue|incoming|former))?$/;

/** The engine's name of a container. The engine gives a name once, which makes it the mutex of creation. */
export function containerName(key: ContainerKey): string {
  return `nova-${key.instanceUuid}${SUFFIX[key.role]}`;
}

/** Whose container a name means; undefined for a name that is not of our making. Takes the engine's leading slash. */
export function parseContainerName(name: string): ContainerKey | undefined {
  const match = NAME.exec(name.replace(/^\//, ''));
  if (match?.[1] === undefined) return undefined;
  return { instanceUuid: match[1], role: (match[2] ?? 'main') as ContainerRole };
}
