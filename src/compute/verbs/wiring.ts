import { kindOf, messageOf, ServiceError } from '../../errors/kinds.js';
import type { Vif } from '../../objects/index.js';
import type { InstanceOperation } from '../operation.js';
import { networkSubject } from '../network-subject.js';
import type { EventWait } from '../waiters.js';

/** Ports that are plugged here and that Neutron has been asked to tell of. */
export interface Plugged {
  readonly vifs: readonly Vif[];
  readonly wait: EventWait;
}

/**
 * Plugs an instance's ports on this host. Who is to tell that they are wired is waited for from before that, so that no
 * word of it is missed. `expected`: the ports whose wiring is news.
 */
export async function plug(
  op: InstanceOperation,
  vifs: readonly Vif[],
  expected: readonly Vif[] = vifs,
): Promise<Plugged> {
  const { networks, waiters, settings } = op.parts;
  const events = settings.vifPluggingTimeoutMs === 0 ? [] : networks.awaited(expected);
  const wait = waiters.expect(op.instance.get('uuid'), events, settings.vifPluggingTimeoutMs);
  try {
    await networks.plug(networkSubject(op), vifs);
    return { vifs, wait };
  } catch (error) {
    wait.cancel();
    throw error;
  }
}

/**
 * Waits until Neutron has wired the ports. What does not come in time, or comes as failed, ends the work, unless the
 * operator set `vif_plugging_is_fatal = false` (nova/virt/libvirt/driver.py _create_guest_with_network, release 26).
 */
export async function untilWired(op: InstanceOperation, { wait }: Plugged): Promise<void> {
  const stop = new AbortController();
  try {
    await Promise.race([wait.done, aborted(op.signal, stop.signal)]);
  } catch (error) {
    op.signal.throwIfAborted();
    if (op.parts.settings.vifPluggingIsFatal) throw notWired(error);
    op.log.warn('Neutron did not say that the ports are wired; the server starts all the same', {
      reason: messageOf(error),
    });
  } finally {
    stop.abort();
    wait.cancel();
  }
}

function notWired(cause: unknown): ServiceError {
  const hint = kindOf(cause) === 'Timeout' ? ' Is the Neutron agent of this host running?' : '';
  return new ServiceError('Invalid', `A port of the server was not wired: ${messageOf(cause)}${hint}`, {
    cause,
    nova: { name: 'VirtualInterfaceCreateException' },
  });
}

/** Rejects when `signal` aborts, and lets go of it when `release` does. */
function aborted(signal: AbortSignal, release: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const tell = (): void => reject(signal.reason as Error);
    if (signal.aborted) return tell();
    signal.addEventListener('abort', tell, { once: true, signal: release });
  });
}
