import type { Neutron } from '../../openstack/neutron.js';
import type { Extensions } from './parts.js';

export interface ExtensionOptions {
  readonly nowMs: () => number;
  /** `[neutron] extension_sync_interval` */
  readonly knownForMs: () => number;
}

/** Asks now and then; those who ask at the same time share the question. */
export function createExtensions(neutron: Neutron, { nowMs, knownForMs }: ExtensionOptions): Extensions {
  let known: { readonly at: number; readonly aliases: Promise<ReadonlySet<string>> } | undefined;
  return {
    async has(alias) {
      if (known === undefined || nowMs() - known.at > knownForMs()) {
        known = { at: nowMs(), aliases: neutron.extensions({}) };
      }
      const mine = known;
      try {
        return (await mine.aliases).has(alias);
      } catch (error) {
        if (known === mine) known = undefined;
        throw error;
      }
    },
  };
}
