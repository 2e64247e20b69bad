import { optionalObjectArg } from './arguments.js';
import type { Args } from './operation.js';
import type { ProviderMapping } from './ports/networks.js';

/**
 * Who gives each port of the request what it asks for, as the scheduler chose (nova/objects/request_spec.py
 * get_request_group_mapping, release 26). Empty where no port asks for anything.
 */
export function providerMapping(args: Args): ProviderMapping {
  const groups = optionalObjectArg(args, 'request_spec', 'RequestSpec')?.peek('requested_resources') ?? [];
  return new Map(
    groups.flatMap((group) => {
      const id = group.peek('requester_id') ?? null;
      return id === null ? [] : [[id, group.peek('provider_uuids') ?? []]];
    }),
  );
}
