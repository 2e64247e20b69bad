import { ServiceError } from '../../errors/kinds.js';
import { stringArg } from '../arguments.js';
import { guestState } from '../guest.js';
import type { InstanceOperation } from '../operation.js';
import { POWER_STATE } from '../ports/containers.js';
import { consoleTypeInvalid, consoleTypeUnavailable } from './unsupported.js';

/** What nova-api wants to know of a console (nova/console/type.py, release 26). */
export interface ConnectInfo {
  readonly host: string;
  readonly port: number;
  readonly internal_access_path: null;
  readonly token: string;
  readonly access_url: string;
}

/** The proxy's clock and conductor's may differ by this much, and the answer has its way to go. */
const MARGIN_MS = 60_000;

/**
 * An address of nova-serialproxy with a token for the server's console (nova/compute/manager.py get_serial_console,
 * release 26). The port behind it stays shut until the proxy has shown the token to Nova: see `validatePort`.
 */
export async function serialConsole(op: InstanceOperation): Promise<ConnectInfo> {
  const { parts, request, conductor, instance } = op;
  const { serialConsole: settings } = parts.settings;
  const type = stringArg(request.args, 'console_type');
  if (settings === null) throw consoleTypeUnavailable(type);
  if (type !== 'serial') throw consoleTypeInvalid(type);
  await requireRunning(op);
  const uuid = instance.get('uuid');
  const { userId, projectId } = request.context;
  const address = await parts.consoles.allot(uuid, { userId, projectId }, settings.tokenTtlMs + MARGIN_MS);
  const access = { ...address, type, instanceUuid: uuid, accessUrlBase: settings.baseUrl };
  const { token, accessUrl } = await conductor.consoleTokens.authorize(access, settings.tokenTtlMs);
  return { ...address, internal_access_path: null, token, access_url: accessUrl };
}

/**
 * Asked by the proxy, with the port of a token that is good, right before it connects (validate_console_port): the
 * answer `true` opens the port to one connection.
 */
export async function validatePort(op: InstanceOperation): Promise<boolean> {
  const { parts, request, instance } = op;
  const type = stringArg(request.args, 'console_type');
  const port = stringArg(request.args, 'port');
  if (type !== 'serial' || parts.settings.serialConsole === null) throw consoleTypeInvalid(type);
  await requireRunning(op);
  return /^\d{1,5}$/.test(port) && parts.consoles.admit(instance.get('uuid'), Number(port));
}

async function requireRunning(op: InstanceOperation): Promise<void> {
  const uuid = op.instance.get('uuid');
  const state = await guestState(op);
  if (state?.powerState === POWER_STATE.RUNNING) return;
  const kwargs = { instance_id: uuid };
  if (state === undefined && op.instance.get('vm_state') !== 'building') {
    const nova = { name: 'InstanceNotFound', code: 404, kwargs };
    throw new ServiceError('NotFound', `Instance ${uuid} could not be found.`, { nova });
  }
  throw new ServiceError('Conflict', `Instance ${uuid} is not ready`, {
    nova: { name: 'InstanceNotReady', code: 409, kwargs },
  });
}
