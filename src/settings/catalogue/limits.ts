import { BadSetting } from '../bad-setting.js';
import { BYTES, COUNT, family, single } from '../setting.js';
import { readBytes, readInteger } from '../values.js';

/** A resource limit of processes; -1 is none. */
export interface Ulimit {
  readonly soft: number;
  readonly hard: number;
}

/** By their names in the engine; of these, tenants can never have the ones that take the host's CPU before others. */
const ULIMITS: ReadonlySet<string> = new Set([
  ...['as', 'core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue'],
  ...['nice', 'nofile', 'nproc', 'rss', 'rtprio', 'rttime', 'sigpending', 'stack'],
]);
const OPERATORS_ULIMITS: ReadonlySet<string> = new Set(['nice', 'rtprio', 'rttime']);

/** Kept by the kernel for each namespace; the engine takes no others (runc, libcontainer/configs/validate). */
const NAMESPACED =
  /^(?:kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\.\w+|net\.[\w.-]+)$/;

const bytes = { measure: { unit: BYTES, of: (amount: number) => amount } };
const count = { measure: { unit: COUNT, of: (amount: number) => amount } };

/** How much of the host's kernel and memory its processes may use. */
export const limitSettings = {
  ulimit: family(readUlimit, {
    measure: { unit: { read: readBytes, print: String }, of: ({ hard }) => endless(hard) },
    tenantsMay: { set: (_value, name) => !OPERATORS_ULIMITS.has(name), text: 'all but nice, rtprio and rttime' },
  }),
  pids_limit: single(readInteger(1), { ...count, alsoCalled: { flavor: ['quota:pids_limit'] } }),
  memory_reservation: single(readBytes, bytes),
  memory_swappiness: single(readInteger(0, 100), { ...count, reach: 'operator' }),
  oom_score_adj: single(readInteger(-1000, 1000), { reach: 'operator' }),
  sysctl: family(readSysctl, { names: (_value, name) => [name] }),
  label: family(readLabel, { names: (_value, name) => [name] }),
};

function endless(limit: number): number {
  return limit === -1 ? Number.POSITIVE_INFINITY : limit;
}

/** `soft:hard`, or one number for both; `unlimited` and -1 are none. */
function readUlimit(text: string, name: string): Ulimit {
  if (!ULIMITS.has(name)) throw new BadSetting(`there is no such limit; there are ${[...ULIMITS].join(', ')}`);
  const [soft = '', hard = soft, ...more] = text.trim().split(':');
  const limit = { soft: readLimit(soft), hard: readLimit(hard) };
  if (more.length > 0) throw new BadSetting('expected soft:hard, or one number for both');
  if (endless(limit.soft) > endless(limit.hard)) throw new BadSetting('the soft limit is above the hard one');
  return limit;
}

function readLimit(text: string): number {
  return /^(?:-1|unlimited)$/i.test(text) ? -1 : readBytes(text);
}

function readSysctl(text: string, name: string): string {
  if (!NAMESPACED.test(name)) throw new BadSetting('the kernel has no such parameter for each container');
  if (/[^\x20-\x7e\t]/.test(text)) throw new BadSetting('expected plain text of one line');
  return text.trim();
}

/** Under this prefix the service keeps whose container it is. */
const OURS = /^org\.openstack\.nova\./i;

function readLabel(text: string, name: string): string {
  if (OURS.test(name)) throw new BadSetting("labels of that name are the service's own");
  if (text.includes('\0')) throw new BadSetting('a value cannot contain a NUL byte');
  return text;
}
