import { constants } from 'node:fs';
import { access, mkdtemp, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../../config/tables.js';
import { ServiceError } from '../../errors/kinds.js';
import type { Finding, Probe } from './probe.js';

/** A program that we start, and what goes without it. */
export interface Tool {
  readonly program: string;
  readonly debianPackage: string;
  /** Unset: nothing goes without it. */
  readonly onlyFor?: string;
}

const TOOLS: readonly Tool[] = [
  { program: 'flock', debianPackage: 'util-linux' },
  { program: 'ip', debianPackage: 'iproute2' },
  { program: 'runc', debianPackage: 'runc' },
  { program: 'cmp', debianPackage: 'diffutils' },
  { program: 'mount', debianPackage: 'mount' },
  { program: 'ovs-vsctl', debianPackage: 'openvswitch-switch', onlyFor: "ports of Neutron's Open vSwitch and OVN" },
  { program: 'ethtool', debianPackage: 'ethtool', onlyFor: 'ports of an Open vSwitch in user space' },
  { program: 'iptables', debianPackage: 'iptables', onlyFor: "ports of Neutron's Linux bridges" },
  { program: 'xz', debianPackage: 'xz-utils', onlyFor: 'images compressed with xz' },
  { program: 'zstd', debianPackage: 'zstd', onlyFor: 'images compressed with zstd' },
];

/** Where the runtime looks, too. */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Folders with programs, of this process and the usual ones. */
export function searchPath(): string {
  return `${process.env['PATH'] ?? ''}:${USUAL_PATH}`;
}

/** What this machine itself has to bring. */
export function hostProbes({ DEFAULT }: Config, path = searchPath()): readonly Probe[] {
  return [
    {
      name: 'user',
      look: () => Promise.resolve(user(process.getuid?.())),
      mend: 'Run the service as root: it makes network namespaces and writes files for containers.',
    },
    {
      name: 'state_path',
      look: () => stateFolder(DEFAULT.state_path),
      mend: `Make ${DEFAULT.state_path} a folder that the service's user can write in, or set [DEFAULT] state_path.`,
    },
    {
      name: 'programs',
      look: async () => toolsFound(await missing(TOOLS, path)),
      mend: 'Install the packages that are named.',
    },
  ];
}

function user(uid: number | undefined): Finding {
  if (uid !== 0) throw new ServiceError('Forbidden', `The check runs as user ${uid ?? 'unknown'}, not as root.`);
  return { found: 'root' };
}

/** Writes there, as the service will; a folder that is not there yet has to be possible. */
export async function stateFolder(path: string): Promise<Finding> {
  const there = await nearestFolder(path);
  const probe = await mkdtemp(join(there, '.check-'));
  await rm(probe, { recursive: true });
  return { found: there === path ? path : `${path} (will be made in ${there})` };
}

async function nearestFolder(path: string): Promise<string> {
  try {
    if ((await stat(path)).isDirectory()) return path;
    throw new ServiceError('Conflict', `${path} is no folder.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    return nearestFolder(dirname(path));
  }
}

/** Those of the tools that stand in no folder of the path. */
export async function missing(tools: readonly Tool[], path: string): Promise<readonly Tool[]> {
  const folders = path.split(':').filter((folder) => folder !== '');
  const isThere = async ({ program }: Tool): Promise<boolean> => {
    const looks = folders.map((folder) => access(join(folder, program), constants.X_OK));
    return (await Promise.allSettled(looks)).some(({ status }) => status === 'fulfilled');
  };
  const there = await Promise.all(tools.map(isThere));
  return tools.filter((_tool, index) => there[index] !== true);
}

/** Throws for a missing one that the service cannot do without. */
export function toolsFound(absent: readonly Tool[]): Finding {
  const needed = absent.filter(({ onlyFor }) => onlyFor === undefined);
  const named = (tools: readonly Tool[], say: (tool: Tool) => string): string => tools.map(say).join(', ');
  if (needed.length > 0) {
    const list = named(needed, ({ program, debianPackage }) => `${program} (Debian: ${debianPackage})`);
    throw new ServiceError('NotFound', `Not installed: ${list}.`);
  }
  if (absent.length === 0) return { found: 'all are here' };
  const list = named(absent, ({ program, debianPackage, onlyFor = '' }) => {
    return `${program} (Debian: ${debianPackage}), needed for ${onlyFor}`;
  });
  return { found: 'what is needed is here', advice: `Not installed: ${list}.` };
}
