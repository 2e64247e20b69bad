import { BadSetting } from '../bad-setting.js';
import { single } from '../setting.js';
import { listOf, readBoolean, readText } from '../values.js';

/** A device of the host in a container. */
export interface Device {
  readonly hostPath: string;
  readonly guestPath: string;
  /** Of r, w and m. */
  readonly access: string;
}

/**
 * The engine's own default set without MKNOD. Whatever a policy says, tenants get none beyond these: each of the others
 * opens a way to the host or to other tenants.
 */
const HARMLESS: ReadonlySet<string> = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'NET_BIND_SERVICE', 'NET_RAW'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
]);

/** capabilities(7), Linux 5.9 and later. */
const KNOWN: ReadonlySet<string> = new Set([
  ...HARMLESS,
  ...['AUDIT_CONTROL', 'AUDIT_READ', 'BLOCK_SUSPEND', 'BPF', 'CHECKPOINT_RESTORE', 'DAC_READ_SEARCH', 'IPC_LOCK'],
  ...['IPC_OWNER', 'LEASE', 'LINUX_IMMUTABLE', 'MAC_ADMIN', 'MAC_OVERRIDE', 'MKNOD', 'NET_ADMIN', 'NET_BROADCAST'],
  ...['PERFMON', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_MODULE', 'SYS_NICE', 'SYS_PACCT', 'SYS_PTRACE', 'SYS_RAWIO'],
  ...['SYS_RESOURCE', 'SYS_TIME', 'SYS_TTY_CONFIG', 'SYSLOG', 'WAKE_ALARM'],
]);

/** What a container may do beyond, or not even do of, what every container may. */
export const securitySettings = {
  cap_add: single(readCapabilities, {
    names: (capabilities) => capabilities,
    tenantsMay: {
      set: (capabilities) => capabilities.every((one) => HARMLESS.has(one)),
      text: `some of ${[...HARMLESS].join(', ')}`,
    },
  }),
  cap_drop: single(readCapabilities),
  no_new_privileges: single(readBoolean, { tenantsMay: { set: (value) => value, text: 'true' } }),
  privileged: single(readBoolean, { reach: 'operator' }),
  device: single(readDevices, {
    reach: 'operator',
    names: (devices) => devices.map(({ hostPath }) => hostPath),
  }),
  runtime: single(readText(/^[A-Za-z0-9._-]+$/, "the name of a runtime in the engine's configuration"), {
    reach: 'operator',
    names: (runtime) => [runtime],
  }),
};

/** Names with or without CAP_, in any case; ALL is every one. */
function readCapabilities(text: string): readonly string[] {
  const names = listOf(text.toUpperCase()).map((name) => name.replace(/^CAP_/, ''));
  const unknown = names.find((name) => name !== 'ALL' && !KNOWN.has(name));
  if (unknown !== undefined) throw new BadSetting('expected capabilities such as NET_ADMIN, or ALL');
  return [...new Set(names)];
}

/** `/dev/fuse`, `/dev/sdb:/dev/data`, `/dev/fuse:/dev/fuse:rw`, several with spaces between. */
function readDevices(text: string): readonly Device[] {
  return listOf(text).map((one) => {
    const [hostPath = '', guestPath = hostPath, access = 'rwm', ...more] = one.split(':');
    const isDevice = [hostPath, guestPath].every((path) => /^\/dev\/[\w./-]+$/.test(path) && !path.includes('..'));
    if (!isDevice || !/^[rwm]{1,3}$/.test(access) || more.length > 0) {
      throw new BadSetting('expected /dev/NAME, perhaps with :/dev/NAME-INSIDE and :rwm');
    }
    return { hostPath, guestPath, access };
  });
}
