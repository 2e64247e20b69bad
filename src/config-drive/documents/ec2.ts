import type { DriveFacts, DriveSettings } from '../facts.js';
import { fullHostname } from './meta-data.js';
import { has } from './versions.js';

/** ec2/VERSION/meta-data.json (nova/api/metadata/base.py get_ec2_metadata, release 26). */
export function ec2MetaData(facts: DriveFacts, settings: DriveSettings, version: string): Record<string, unknown> {
  const { ec2, keyName } = facts;
  const hostname = fullHostname(facts, settings);
  const { fixed, floating } = addresses(facts);
  return {
    'ami-id': ec2.imageId,
    'ami-launch-index': facts.launchIndex,
    // Nova's own word, to this day.
    'ami-manifest-path': 'FIXME',
    'instance-id': ec2.instanceId,
    hostname,
    'local-ipv4': fixed || null,
    'reservation-id': ec2.reservationId,
    'security-groups': ec2.securityGroups,
    ...(keyName === null ? {} : { 'public-keys': { 0: { _name: `0=${keyName}`, 'openssh-key': facts.keyData } } }),
    ...(has(version, '2007-01-19')
      ? { 'local-hostname': hostname, 'public-hostname': hostname, 'public-ipv4': floating }
      : {}),
    ...(has(version, '2007-08-29') ? { 'instance-type': facts.flavorName } : {}),
    ...(has(version, '2007-12-15') ? { 'block-device-mapping': ec2.blockDevices, ...kernel(facts) } : {}),
    ...(has(version, '2008-02-01') ? { placement: { 'availability-zone': facts.availabilityZone } } : {}),
    ...(has(version, '2008-09-01') ? { 'instance-action': 'none' } : {}),
  };
}

function kernel({ ec2 }: DriveFacts): Record<string, string> {
  return {
    ...(ec2.kernelId ? { 'kernel-id': ec2.kernelId } : {}),
    ...(ec2.ramdiskId ? { 'ramdisk-id': ec2.ramdiskId } : {}),
  };
}

/** The first IPv4 address and the first floating one; '' for none. */
function addresses({ vifs }: DriveFacts): { readonly fixed: string; readonly floating: string } {
  const ips = vifs.flatMap(({ network }) => network?.subnets.flatMap((subnet) => subnet.ips) ?? []);
  const floating = ips.flatMap(({ floating_ips: floatingIps }) => floatingIps);
  return {
    fixed: ips.find(({ version }) => version === 4)?.address ?? '',
    floating: floating[0]?.address ?? '',
  };
}
