/** What a verb may need of an instance and conductor only joins when it is asked for. */
export const NOVA_ATTRS: readonly string[] = ['metadata', 'system_metadata', 'info_cache', 'flavor'];
