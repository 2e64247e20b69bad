import type { NetworkSubject } from '../../compute/ports/networks.js';
import type { NeutronPort } from '../../openstack/neutron-records.js';
import { deviceOwner } from './connect.js';
import type { NeutronParts } from './parts.js';
import { refusal } from './refusals.js';

/** One more address of this network on the first port that takes it; gives the port's id. With the user's token. */
export async function addFixedIp(parts: NeutronParts, subject: NetworkSubject, networkId: string): Promise<string> {
  const call = { as: subject.context, signal: subject.signal };
  const [subnets, ports] = await Promise.all([
    parts.neutron.subnets({ network_id: networkId }, call),
    parts.neutron.ports({ ...portsOf(subject), network_id: networkId }, call),
  ]);
  for (const port of ports) {
    for (const subnet of subnets) {
      const addresses = [...currentAddresses(port), { subnet_id: subnet.id }];
      const done = await parts.neutron.updatePort(port.id, { fixed_ips: addresses }, call).then(
        () => true,
        (error: unknown) => {
          parts.log.debug('A subnet gave no address', { portId: port.id, subnetId: subnet.id, error });
          return false;
        },
      );
      if (done) return port.id;
    }
  }
  throw refusal('NetworkNotFoundForInstance', { instance_id: subject.instance.get('uuid') });
}

/** Takes the address away from the port that has it; gives the port's id. With the user's token. */
export async function removeFixedIp(parts: NeutronParts, subject: NetworkSubject, address: string): Promise<string> {
  const call = { as: subject.context, signal: subject.signal };
  const [port] = await parts.neutron.ports({ ...portsOf(subject), fixed_ips: `ip_address=${address}` }, call);
  if (port === undefined) {
    throw refusal('FixedIpNotFoundForInstance', { instance_uuid: subject.instance.get('uuid'), ip: address });
  }
  const left = currentAddresses(port).filter((one) => one.ip_address !== address);
  await parts.neutron.updatePort(port.id, { fixed_ips: left }, call);
  return port.id;
}

function portsOf({ instance }: NetworkSubject) {
  return { device_id: instance.get('uuid'), device_owner: deviceOwner(instance.get('availability_zone')) };
}

function currentAddresses({ fixedIps }: NeutronPort) {
  return fixedIps.map(({ subnetId, address }) => ({ subnet_id: subnetId, ip_address: address }));
}
