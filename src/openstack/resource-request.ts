import type { Resources } from '../compute/ports/placement.js';
import { numberIn, objectIn, objectsIn, textIn, textsIn, type Json } from './shape.js';

/** What a port wants of one provider, e.g. `{NET_BW_IGR_KILOBIT_PER_SEC: 1000}` of one with these traits. */
export interface ResourceGroup {
  /** The id that the scheduler knows it by. */
  readonly id: string;
  readonly resources: Resources;
  readonly required: readonly string[];
}

/**
 * What a port needs of Placement: a guaranteed minimum of bandwidth or packets. Neutron with the extension
 * port-resource-request-groups says it in groups with ids of their own; one without has one group, known by the port.
 */
export interface ResourceRequest {
  readonly hasGroups: boolean;
  readonly groups: readonly ResourceGroup[];
  /** Ids of groups whose providers have to be under one another. */
  readonly sameSubtree: readonly string[];
}

/** A port's `resource_request`; null: it needs nothing. Throws Unavailable for what is none. */
export function resourceRequestOf(value: unknown, portId: string): ResourceRequest | null {
  const what = 'a resource request';
  if (value === null || value === undefined) return null;
  const json = objectIn(value, what);
  const hasGroups = json['request_groups'] !== undefined;
  if (!hasGroups && Object.keys(json).length === 0) return null;
  const groups = hasGroups
    ? objectsIn(json['request_groups'], what).map((group) => groupOf(textIn(group['id'], what), group))
    : [groupOf(portId, json)];
  if (groups.length === 0) return null;
  return { hasGroups, groups, sameSubtree: textsIn(json['same_subtree'] ?? [], what) };
}

function groupOf(id: string, json: Json): ResourceGroup {
  const what = 'a group of a resource request';
  const resources = Object.entries(objectIn(json['resources'] ?? {}, what));
  return {
    id,
    resources: Object.fromEntries(resources.map(([name, amount]) => [name, numberIn(amount, what)])),
    required: textsIn(json['required'] ?? [], what),
  };
}
