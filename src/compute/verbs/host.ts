import { booleanArg } from '../arguments.js';
import type { Operation } from '../operation.js';

/** The scheduler stops or starts to see this host (set_host_enabled, compute RPC 6.0). */
export async function setHostEnabled(op: Operation): Promise<'enabled' | 'disabled'> {
  const enabled = booleanArg(op.request.args, 'enabled', true);
  await op.parts.node.setEnabled(enabled);
  return enabled ? 'enabled' : 'disabled';
}

/** `uptime` of the host (get_host_uptime). */
export async function hostUptime(op: Operation): Promise<string> {
  return op.parts.node.uptime();
}
