import type { ContainerKey, ContainerRole, InstanceFacts } from '../compute/ports/containers.js';
import { parseContainerName } from './names.js';

/** What the names of all labels of ours begin with. */
export const OUR_LABELS = 'org.openstack.nova.';

/** Labels hold only what never changes in a container's life: the engine cannot change a label afterwards. */
export const LABEL = {
  instanceUuid: `${OUR_LABELS}instance_uuid`,
  projectId: `${OUR_LABELS}project_id`,
  host: `${OUR_LABELS}host`,
  role: `${OUR_LABELS}role`,
  /** Version of what these labels mean, so that a later service knows what an earlier one wrote. */
  format: `${OUR_LABELS}format`,
} as const;

/** Of an image of a server's disk: what goes along with it, sealed. No container has it. */
export const SEALED_LABEL = `${OUR_LABELS}sealed`;

const FORMAT = '1';

/** The server's own: names change when one takes the place of another, labels can't. */
const OF_SERVER: ReadonlySet<string | undefined> = new Set(['main', 'incoming', 'former'] satisfies ContainerRole[]);

/** The labels of a container of ours. Labels under our prefix that its image brings are blanked. */
export function containerLabels(
  key: ContainerKey,
  instance: Pick<InstanceFacts, 'projectId'>,
  origin: { readonly host: string; readonly imageLabels: Readonly<Record<string, string>> },
): Record<string, string> {
  const foreign = Object.keys(origin.imageLabels).filter((name) => name.startsWith(OUR_LABELS));
  return {
    ...Object.fromEntries(foreign.map((name) => [name, ''])),
    [LABEL.instanceUuid]: key.instanceUuid,
    [LABEL.projectId]: instance.projectId,
    [LABEL.host]: origin.host,
    [LABEL.role]: key.role,
    [LABEL.format]: FORMAT,
  };
}

/**
 * Whose container this is: ours when name, labels and host agree, else undefined. A name alone proves nothing
 * (anybody may take one), a label alone neither (an image can bring it).
 */
export function ownerOf(
  name: string,
  labels: Readonly<Record<string, string | undefined>> | null | undefined,
  host: string,
): ContainerKey | undefined {
  const key = parseContainerName(name);
  if (key === undefined || labels === null || labels === undefined) return undefined;
  const agrees = labels[LABEL.instanceUuid] === key.instanceUuid && labels[LABEL.host] === host;
  return agrees && agreesOnRole(labels[LABEL.role], key.role) ? key : undefined;
}

function agreesOnRole(label: string | undefined, role: ContainerRole): boolean {
  return label === role || (OF_SERVER.has(label) && OF_SERVER.has(role));
}
