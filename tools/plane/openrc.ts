import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dockerSocket, endpoint, type Plane } from './plane.js';
import type { Account } from './openstack/rest.js';

/** The variables that make the OpenStack client speak to this plane as that account. */
export function clientEnvironment(plane: Plane, account: Account): Record<string, string> {
  return {
    OS_AUTH_URL: endpoint(plane, 'keystone', '/v3'),
    OS_IDENTITY_API_VERSION: '3',
    OS_USERNAME: account,
    OS_PASSWORD: plane.secrets[account],
    OS_PROJECT_NAME: account,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: 'RegionOne',
    OS_COMPUTE_API_VERSION: plane.release.computeMicroversion,
    no_proxy: '127.0.0.1,localhost',
  };
}

/** The file that belongs to an account: `openrc` for the administrator, `openrc-demo` for the ordinary user. */
export function openrcFile(plane: Plane, account: Account): string {
  return join(plane.folder, account === 'admin' ? 'openrc' : `openrc-${account}`);
}

/** Writes the files to `source`, readable by their owner only. */
export async function writeOpenrc(plane: Plane): Promise<void> {
  for (const account of ['admin', 'demo'] as const) {
    const file = openrcFile(plane, account);
    await writeFile(`${file}.new`, openrcText(plane, account), { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
}

function openrcText(plane: Plane, account: Account): string {
  const variables = { ...clientEnvironment(plane, account), DOCKER_HOST: `unix://${dockerSocket(plane)}` };
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
  const inside = plane.space === null ? '' : `ip netns exec ${plane.space.netns} `;
  return [
    `# source this: the client then speaks to plane "${plane.name}" as ${account}`,
    ...lines,
    "# Debian's own client, wherever PATH begins, in the plane's network",
    `openstack() { ${inside}/usr/bin/openstack "$@"; }`,
    ...(inside === '' ? [] : [`# anything else there: ${inside}COMMAND`]),
    '',
  ].join('\n');
}
