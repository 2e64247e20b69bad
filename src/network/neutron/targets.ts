import { kindOf } from '../../errors/kinds.js';
import type { Instance } from '../../objects/index.js';
import type { RequestContext } from '../../observe/context.js';
import type { NeutronCall } from '../../openstack/neutron.js';
import type { NeutronNetwork, NeutronPort } from '../../openstack/neutron-records.js';
import type { NeutronParts } from './parts.js';
import { refusal } from './refusals.js';
import type { Wish, Wishes } from './wishes.js';

/** One NIC to be: its network, and its port where the user brings one. */
export interface Target {
  readonly wish: Wish;
  readonly network: NeutronNetwork;
  readonly port: NeutronPort | null;
}

/** Who asks for networks and ports. */
export interface Asker {
  readonly instance: Instance;
  readonly context: RequestContext;
  readonly signal: AbortSignal;
}

/**
 * What the wishes mean in Neutron, checked as nova/network/neutron.py (release 26) checks it: networks have to be ones
 * that the user sees, ports of the server's project and free. Empty when there is nothing to plug into.
 */
export async function targetsOf(parts: NeutronParts, asker: Asker, wishes: Wishes): Promise<readonly Target[]> {
  if (wishes.kind === 'none') return [];
  if (wishes.kind !== 'these') return onlyNetwork(parts, asker, wishes.kind === 'auto');
  const { wishes: wanted } = wishes;
  const asked = { as: asker.context, signal: asker.signal };
  const statedIds = wanted.flatMap(({ portId, networkId }) =>
    portId === null && networkId !== null ? [networkId] : [],
  );
  const [ports, stated] = await Promise.all([
    Promise.all(wanted.map(async ({ portId }) => (portId === null ? null : usablePort(parts, asker, portId)))),
    visible(parts, statedIds, asked),
  ]);
  const ofPorts = ports.flatMap((port) => (port === null || stated.has(port.networkId) ? [] : [port.networkId]));
  const networks = new Map([...stated, ...(await visible(parts, ofPorts, asked))]);
  return wanted.map((wish, index) => {
    const port = ports[index] ?? null;
    const id = port?.networkId ?? wish.networkId ?? '';
    const network = networks.get(id);
    if (network === undefined) throw refusal('NetworkNotFound', { network_id: id });
    checkExternal(network, asker.context);
    return { wish, network, port };
  });
}

async function visible(
  { neutron }: NeutronParts,
  ids: readonly string[],
  call: NeutronCall,
): Promise<ReadonlyMap<string, NeutronNetwork>> {
  const networks = ids.length === 0 ? [] : await neutron.networks({ id: [...new Set(ids)] }, call);
  return new Map(networks.map((network) => [network.id, network]));
}

/** The port as our service user sees it, if the instance may have it. A port that it has already is fine: a repetition. */
export async function usablePort(
  { neutron }: NeutronParts,
  { instance, signal }: Asker,
  portId: string,
): Promise<NeutronPort> {
  const uuid = instance.get('uuid');
  const port = await neutron.port(portId, { signal }).catch((error: unknown) => {
    throw kindOf(error) === 'NotFound' ? refusal('PortNotFound', { port_id: portId }, error) : (error as Error);
  });
  if (port.projectId !== instance.get('project_id'))
    throw refusal('PortNotUsable', { port_id: portId, instance: uuid });
  if (port.deviceId !== '' && port.deviceId !== uuid) throw refusal('PortInUse', { port_id: portId });
  const hostname = instance.get('hostname') ?? '';
  if (port.dnsName !== '' && port.dnsName !== hostname) {
    throw refusal('PortNotUsableDNS', { port_id: portId, instance: uuid, value: port.dnsName, hostname });
  }
  return port;
}

/** No network was named: the only one that the project may use, or none at all. */
async function onlyNetwork(parts: NeutronParts, asker: Asker, isAuto: boolean): Promise<readonly Target[]> {
  const { neutron } = parts;
  const call = { as: asker.context, signal: asker.signal };
  const projectId = asker.instance.get('project_id') ?? '';
  const ready = isAuto ? { admin_state_up: true } : {};
  const [own, shared] = await Promise.all([
    neutron.networks({ tenant_id: projectId, shared: false, ...ready }, call),
    neutron.networks({ shared: true }, call),
  ]);
  const [only, ...others] = [...own, ...shared];
  if (others.length > 0) throw refusal('NetworkAmbiguous');
  if (only === undefined && !isAuto) return [];
  const network = only ?? (await autoAllocated(parts, projectId, call));
  checkExternal(network, asker.context);
  return [{ wish: { portId: null, networkId: network.id, address: null, tag: null }, network, port: null }];
}

async function autoAllocated({ neutron }: NeutronParts, projectId: string, call: NeutronCall): Promise<NeutronNetwork> {
  const failed = (cause: unknown) => refusal('UnableToAutoAllocateNetwork', { project_id: projectId }, cause);
  const id = await neutron.autoAllocatedNetwork(projectId, call).catch((error: unknown) => {
    throw kindOf(error) === 'Conflict' ? failed(error) : (error as Error);
  });
  const [network] = await neutron.networks({ id }, call);
  if (network === undefined) throw failed(undefined);
  return network;
}

/** Nova's policy `network:attach_external_network` as it is by default: administrators only. */
function checkExternal(network: NeutronNetwork, context: RequestContext): void {
  if (network.isExternal && !network.isShared && !context.isAdmin) {
    throw refusal('ExternalNetworkAttachForbidden', { network_uuid: network.id });
  }
}
