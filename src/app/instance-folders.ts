import { join } from 'node:path';
import type { Containers } from '../compute/ports/containers.js';
import type { InstanceFolders } from '../compute/ports/instance-folders.js';
import { ConfigDrives } from '../config-drive/instance-folders.js';
import { readVendorData } from '../config-drive/vendor-data.js';
import type { Config } from '../config/tables.js';
import { remappedRoot } from '../docker/remapped-root.js';
import type { Logger } from '../observe/logger.js';

/** What instances get as files of this host. */
export function openInstanceFolders(config: Config, containers: Containers, log: Logger): InstanceFolders {
  const { DEFAULT, api } = config;
  if (api.vendordata_providers.includes('DynamicJSON')) {
    log.warn(
      'Config drives have no vendor data of [api] vendordata_providers DynamicJSON: that is served over the net',
    );
  }
  const file = api.vendordata_providers.includes('StaticJSON') ? (api.vendordata_jsonfile_path ?? null) : null;
  return new ConfigDrives({
    path: join(DEFAULT.state_path, 'instances'),
    settings: {
      dhcpDomain: api.dhcp_domain,
      skippedEc2Versions: api.config_drive_skip_versions.split(' '),
    },
    vendorData: () => readVendorData(file),
    owner: async () => remappedRoot((await containers.facts()).rootDirectory) ?? here(),
  });
}

function here(): { uid: number; gid: number } {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
}
