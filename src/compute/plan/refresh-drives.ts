import type { RequestContext } from '../../observe/context.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import type { ManagerParts } from '../operation.js';

/**
 * Brings the config drives of this host up to date: nobody tells of changed server metadata. Asks conductor only if there
 * is a drive.
 */
export async function refreshDrives(parts: ManagerParts, context: RequestContext, signal: AbortSignal): Promise<void> {
  const { folders, settings } = parts;
  const withDrive = await folders.withDrive();
  if (withDrive.size === 0) return;
  const conductor = parts.conductorFor(context, { signal, timeoutMs: settings.rpcResponseTimeoutMs });
  for (const instance of await conductor.instances.onHost(settings.host, NOVA_ATTRS)) {
    if (!withDrive.has(instance.get('uuid'))) continue;
    await folders.refreshDrive(instance, instance.get('info_cache')?.get('network_info') ?? undefined);
  }
}
