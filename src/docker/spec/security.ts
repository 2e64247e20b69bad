import { matches } from '../../settings/bounds.js';
import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { HostConfig } from '../engine/wire.js';
import type { Fragment } from './fragment.js';
import { notOnThisHost, type SpecHost } from './host.js';

/** What keeps an instance inside of its container: few capabilities, no way to new ones, no devices. */
export function security(plan: ContainerPlan, host: SpecHost): Fragment {
  const { privileged = false, no_new_privileges: stays = host.settings.noNewPrivileges } = plan.settings;
  if (privileged && !host.settings.allowPrivileged) {
    throw notOnThisHost('privileged containers are not allowed here ([docker] allow_privileged)');
  }
  return {
    HostConfig: {
      Privileged: privileged,
      CapDrop: ['ALL'],
      CapAdd: capabilities(plan, host),
      SecurityOpt: stays ? ['no-new-privileges'] : [],
      ...devices(plan, host),
    },
  };
}

/** The host's set without what was dropped; what was added stays whatever was dropped, as the engine has it. */
function capabilities({ settings }: ContainerPlan, host: SpecHost): string[] {
  const { cap_add: added = [], cap_drop: dropped = [] } = settings;
  const kept = dropped.includes('ALL') ? [] : host.settings.capabilities.filter((one) => !dropped.includes(one));
  return [...new Set([...kept, ...added])];
}

function devices({ settings: { device } }: ContainerPlan, host: SpecHost): Partial<HostConfig> {
  if (device === undefined) return {};
  const { allowedDevices } = host.settings;
  const refused = device.find(({ hostPath }) => !allowedDevices.some((pattern) => matches(pattern, hostPath)));
  if (refused !== undefined) throw notOnThisHost(`device ${refused.hostPath} is not in [docker] allowed_devices`);
  return {
    Devices: device.map(({ hostPath, guestPath, access }) => ({
      PathOnHost: hostPath,
      PathInContainer: guestPath,
      CgroupPermissions: access,
    })),
  };
}
