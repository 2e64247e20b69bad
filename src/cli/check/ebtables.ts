import { execFile } from 'node:child_process';
import { ServiceError } from '../../errors/kinds.js';
import type { Finding } from './probe.js';

/**
 * As neutron-linuxbridge-agent does it (neutron/plugins/ml2/drivers/linuxbridge/agent/arp_protect.py, release 21): a rule is
 * deleted by the words that the list shows it with.
 */
const TRIAL = `
e='ebtables -t nat --concurrent'
$e -N nova-check && $e -A nova-check -i nova-check0 --among-src 02:00:00:00:00:01 -j RETURN || exit 10
$e -D nova-check $($e -L nova-check | grep among-src) || exit 11
`;
const NOT_MADE = 10;
const NOT_DELETED = 11;

/** The agent whose rules they are, as Neutron lists it. */
export const LINUX_BRIDGE_AGENT = 'Linux bridge agent';

/**
 * Whether the host's ebtables can do what protects addresses on Linux bridges, tried in a network namespace that is gone
 * afterwards. \`path\`: where it is looked for. Throws Unsupported when it can't.
 */
export function tryEbtables(path: string, signal?: AbortSignal): Promise<Finding> {
  const options = { env: { PATH: path }, ...(signal === undefined ? {} : { signal }) };
  return new Promise((resolve, reject) => {
    execFile('unshare', ['--net', '/bin/sh', '-c', TRIAL], options, (error, _stdout, stderr) => {
      if (error === null) return resolve({ found: 'makes and deletes the rules of the Linux bridge agent' });
      reject(refused(error.code, stderr.trim().split('\n').at(-1) ?? error.message));
    });
  });
}

function refused(code: unknown, reason: string): ServiceError {
  if (code === NOT_DELETED) {
    const then = 'the Linux bridge agent tries it again for ever, and wires no port any more';
    return new ServiceError('Unsupported', `ebtables can't delete a rule with --among-src (${reason}): ${then}.`);
  }
  const what = code === NOT_MADE ? "ebtables can't make a rule with --among-src" : 'ebtables could not be tried';
  return new ServiceError('Unsupported', `${what}: ${reason}`);
}

export const EBTABLES_MEND =
  'Have the agent find tools/plane/programs/ebtables of this service in its PATH before /usr/sbin/ebtables: it deletes ' +
  'such rules by their number. Or, on a kernel that has it: update-alternatives --set ebtables /usr/sbin/ebtables-legacy.';
