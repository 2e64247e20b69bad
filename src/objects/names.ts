import type { NovaObject } from './object.js';

// Short names for the objects that the service handles all the time.
export type BlockDeviceMapping = NovaObject<'BlockDeviceMapping'>;
export type BlockDeviceMappingList = NovaObject<'BlockDeviceMappingList'>;
export type ComputeNode = NovaObject<'ComputeNode'>;
export type Flavor = NovaObject<'Flavor'>;
export type Instance = NovaObject<'Instance'>;
export type InstanceExternalEvent = NovaObject<'InstanceExternalEvent'>;
export type InstanceInfoCache = NovaObject<'InstanceInfoCache'>;
export type InstanceList = NovaObject<'InstanceList'>;
export type Migration = NovaObject<'Migration'>;
export type NetworkRequest = NovaObject<'NetworkRequest'>;
export type NetworkRequestList = NovaObject<'NetworkRequestList'>;
export type RequestSpec = NovaObject<'RequestSpec'>;
export type Service = NovaObject<'Service'>;
export type VirtualInterface = NovaObject<'VirtualInterface'>;
