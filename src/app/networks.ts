import type { Networks } from '../compute/ports/networks.js';
import { ServiceError } from '../errors/kinds.js';

/** Servers without a network. Anything else is refused until there is a room that plugs ports. */
export function openNetworks(): Networks {
  return {
    allocate: ({ requested }) => {
      const isNone = requested?.get('objects').some((one) => one.peek('network_id') === 'none') ?? false;
      if (isNone) return Promise.resolve([]);
      const text = 'This host plugs no networks yet: create the server with --nic none (--network none).';
      return Promise.reject(
        new ServiceError('Unsupported', text, { nova: { name: 'BuildAbortException', code: 400 } }),
      );
    },
    deallocate: () => Promise.resolve(),
  };
}
