/**
 * The network cache of an instance (nova/network/model.py, releases 26 to 31): what Nova's API shows as addresses.
 * Keys that are not named here are kept.
 */
export interface VifIp {
  readonly address: string | null;
  /** fixed, floating, gateway, dns … */
  readonly type: string | null;
  readonly version: number | null;
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface VifFixedIp extends VifIp {
  readonly floating_ips: readonly VifIp[];
}

export interface VifRoute {
  readonly cidr: string | null;
  readonly gateway: VifIp | null;
  readonly interface: string | null;
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface VifSubnet {
  readonly cidr: string | null;
  readonly dns: readonly VifIp[];
  /** Its address is null when the subnet has no gateway. */
  readonly gateway: VifIp | null;
  readonly ips: readonly VifFixedIp[];
  readonly routes: readonly VifRoute[];
  readonly version: number | null;
  /** dhcp_server (address); since release 31 enable_dhcp. */
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface VifNetwork {
  readonly id: string;
  readonly bridge: string | null;
  readonly label: string | null;
  readonly subnets: readonly VifSubnet[];
  /** tenant_id, mtu, injected, physical_network, tunneled, should_create_bridge … */
  readonly meta: Readonly<Record<string, unknown>>;
}

/** One port of an instance; also what attach_interface returns. */
export interface Vif {
  /** Neutron port. */
  readonly id: string;
  /** MAC. */
  readonly address: string | null;
  readonly network: VifNetwork | null;
  /** binding:vif_type */
  readonly type: string | null;
  /** binding:vif_details */
  readonly details: Readonly<Record<string, unknown>>;
  readonly devname: string | null;
  readonly ovs_interfaceid: string | null;
  readonly qbh_params: Readonly<Record<string, unknown>> | null;
  readonly qbg_params: Readonly<Record<string, unknown>> | null;
  readonly active: boolean;
  /** binding:vnic_type */
  readonly vnic_type: string;
  /** binding:profile */
  readonly profile: Readonly<Record<string, unknown>> | null;
  /** The user brought the port: it outlives the instance. */
  readonly preserve_on_delete: boolean;
  readonly delegate_create: boolean;
  readonly meta: Readonly<Record<string, unknown>>;
}
