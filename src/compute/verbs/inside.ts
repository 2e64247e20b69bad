import { randomBytes } from 'node:crypto';
import { kindOf, messageOf, ServiceError } from '../../errors/kinds.js';
import { guestState, guestKey } from '../guest.js';
import { save, type InstanceOperation } from '../operation.js';
import { POWER_STATE } from '../ports/containers.js';

const PASSWORD_TIMEOUT_MS = 30_000;
const PASSWORD_BYTES = 12;

/**
 * Sets root's password by the container's own `chpasswd` (nova/compute/manager.py set_admin_password, release 26). The
 * password goes to its standard input: arguments can be read by everybody in the container.
 */
export async function setAdminPassword(op: InstanceOperation): Promise<void> {
  const given = op.request.args['new_pass'];
  const password =
    typeof given === 'string' && given !== '' ? given : randomBytes(PASSWORD_BYTES).toString('base64url');
  await changePassword(op, password).catch((error: unknown) => {
    throw passwordFailure(op, error);
  });
  await save(op, { task_state: null }, ['updating_password']);
}

async function changePassword(op: InstanceOperation, password: string): Promise<void> {
  if (/[\n\r:]/.test(password))
    throw new ServiceError('Invalid', 'The password has a character that chpasswd cannot take.');
  if ((await guestState(op))?.powerState !== POWER_STATE.RUNNING) {
    throw new ServiceError('Conflict', `instance ${op.instance.get('uuid')} is not running`);
  }
  const { exitCode } = await op.parts.containers.runInside(guestKey(op), {
    command: ['chpasswd'],
    input: `root:${password}\n`,
    timeoutMs: PASSWORD_TIMEOUT_MS,
  });
  // Its output may hold the line that it could not read.
  if (exitCode !== 0) throw new ServiceError('Internal', `chpasswd ended with code ${exitCode}`);
}

/** HTTP 409, whatever it was; the container's output is not repeated. */
function passwordFailure(op: InstanceOperation, error: unknown): ServiceError {
  const instance = op.instance.get('uuid');
  if (kindOf(error) === 'Unsupported') {
    const text = 'The container has no chpasswd, so its password cannot be set.';
    return new ServiceError('Unsupported', text, {
      nova: { name: 'SetAdminPasswdNotSupported', code: 409 },
      cause: error,
    });
  }
  const reason = error instanceof ServiceError ? messageOf(error) : 'error setting admin password';
  const nova = { name: 'InstancePasswordSetFailed', code: 409, kwargs: { instance, reason } };
  return new ServiceError(kindOf(error), `Failed to set admin password on ${instance} because ${reason}`, {
    nova,
    cause: error,
  });
}

/** Sends the signal at which a program leaves a core dump or its stacks; `docker_crash_signal` of the image names it. */
export async function triggerCrashDump(op: InstanceOperation): Promise<void> {
  const signal = op.instance.peek('system_metadata')?.['image_docker_crash_signal'] ?? 'SIGABRT';
  if (!/^SIG[A-Z0-9]{2,10}$/.test(signal)) {
    throw new ServiceError('Invalid', `docker_crash_signal of the image is no signal: ${signal}`);
  }
  await op.parts.containers.signal(guestKey(op), signal);
}
