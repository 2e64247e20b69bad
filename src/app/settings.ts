import type { ManagerSettings } from '../compute/operation.js';
import type { ChoreSettings } from '../compute/chores/settings.js';
import type { Config } from '../config/tables.js';
import { cpuRanges } from '../config/values/cpus.js';
import type { CheckpointSettings, ContainerSettings, ImageSettings } from '../docker/settings.js';
import { auditPeriod } from '../notify/index.js';
import type { RequestLimits } from '../openstack/settings.js';
import type { RabbitOptions } from '../oslo/index.js';
import type { CpuSets } from '../resources/cpus/sets.js';
import type { ResourceSettings } from '../resources/settings.js';

/** The configuration in the words of each room. Pure; units end in the names. */

const S = 1000;
/** nova leaves the time limit of REST calls to the operating system; a minute is as long as an RPC call waits. */
const DEFAULT_REST_TIMEOUT_S = 60;
const REST_STALL_TIMEOUT_MS = 60_000;
/** A host whose disk is full to the last byte loses more than an image. */
const LEAST_FREE_BYTES = 256 * 2 ** 20;

export function managerSettings(config: Config): ManagerSettings {
  const { DEFAULT, docker, workarounds, serial_console: serial, consoleauth } = config;
  return {
    host: DEFAULT.host,
    node: DEFAULT.host,
    rpcResponseTimeoutMs: DEFAULT.rpc_response_timeout * S,
    vifPluggingTimeoutMs: DEFAULT.vif_plugging_timeout * S,
    vifPluggingIsFatal: DEFAULT.vif_plugging_is_fatal,
    networkAllocateRetries: DEFAULT.network_allocate_retries,
    accessIpNetwork: DEFAULT.default_access_ip_network_name ?? null,
    shutdownTimeoutMs: DEFAULT.shutdown_timeout * S,
    startGraceMs: docker.start_grace * S,
    forceConfigDrive: DEFAULT.force_config_drive,
    injectsKey: docker.inject_key,
    checksGroupPolicy: !workarounds.disable_group_policy_check_upcall,
    instanceNameTemplate: DEFAULT.instance_name_template,
    reclaimInstanceIntervalMs: DEFAULT.reclaim_instance_interval * S,
    shelvedOffloadTimeMs: DEFAULT.shelved_offload_time * S,
    liveMigrationMemoryBytes: docker.live_migration_max_memory_mb * 2 ** 20,
    serialConsole: serial.enabled ? { baseUrl: serial.base_url, tokenTtlMs: consoleauth.token_ttl * S } : null,
  };
}

export function choreSettings({ DEFAULT, docker }: Config): ChoreSettings {
  return {
    buildTimeoutMs: DEFAULT.instance_build_timeout * S,
    rebootTimeoutMs: DEFAULT.reboot_timeout * S,
    rescueTimeoutMs: DEFAULT.rescue_timeout * S,
    confirmAfterMs: DEFAULT.resize_confirm_window * S,
    serviceDownMs: DEFAULT.service_down_time * S,
    shelvedOffloadTimeMs: DEFAULT.shelved_offload_time * S,
    reclaimIntervalMs: DEFAULT.reclaim_instance_interval * S,
    deletedAction: DEFAULT.running_deleted_instance_action,
    deletedTimeoutMs: DEFAULT.running_deleted_instance_timeout * S,
    maxDeleteAttempts: DEFAULT.maximum_instance_delete_attempts,
    orphanAction: docker.orphan_action,
    auditsUsage: DEFAULT.instance_usage_audit,
    auditPeriod: auditPeriod(DEFAULT.instance_usage_audit_period),
  };
}

/** How long and how often to ask a service of the control plane. */
export function restLimits(config: Config, name: 'placement' | 'neutron' | 'glance' | 'cinder'): RequestLimits {
  return {
    timeoutMs: (config[name].timeout ?? DEFAULT_REST_TIMEOUT_S) * S,
    stallTimeoutMs: REST_STALL_TIMEOUT_MS,
    retries: restRetries(config, name),
  };
}

function restRetries(config: Config, name: 'placement' | 'neutron' | 'glance' | 'cinder'): number {
  if (name === 'glance') return config.glance.num_retries;
  return name === 'placement' ? (config.placement.connect_retries ?? 3) : config[name].http_retries;
}

export function containerSettings({ DEFAULT, compute, docker }: Config): ContainerSettings {
  return {
    host: DEFAULT.host,
    runtime: docker.runtime === '' ? null : docker.runtime,
    allowedRuntimes: docker.allowed_runtimes,
    allowPrivileged: docker.allow_privileged,
    allowedDevices: docker.allowed_devices,
    sharedCpus: compute.cpu_shared_set === undefined ? null : cpuRanges(compute.cpu_shared_set),
    lxcfsFolder: docker.lxcfs_path,
    pidsLimit: docker.pids_limit,
    logMaxBytes: docker.log_max_size,
    logMaxFiles: docker.log_max_files,
    capabilities: docker.capabilities,
    noNewPrivileges: docker.no_new_privileges,
    unlimitedRootDisk: docker.unlimited_root_disk,
    cpuHardLimit: docker.cpu_limit === 'quota',
    stopTimeoutMs: DEFAULT.shutdown_timeout * S,
  };
}

export function checkpointSettings({ docker }: Config): CheckpointSettings {
  return {
    isOn: docker.live_migration === 'checkpoint',
    maxMemoryBytes: docker.live_migration_max_memory_mb * 2 ** 20,
  };
}

export function imageSettings({ DEFAULT, docker, image_cache: cache }: Config): ImageSettings {
  return {
    maxConcurrentDownloads: docker.image_download_concurrency,
    stallTimeoutMs: docker.image_stall_timeout * S,
    maxImageBytes: docker.max_image_size,
    reservedDiskBytes: Math.max(DEFAULT.reserved_host_disk_mb * 2 ** 20, LEAST_FREE_BYTES),
    progressIntervalMs: 5 * S,
    registries: {
      allowed: docker.allowed_registries,
      credentialsFile: docker.registry_auth_file === '' ? null : docker.registry_auth_file,
      tagPolicy: docker.registry_tag_policy,
    },
    removeUnused: cache.remove_unused_base_images,
    minimumAgeMs: cache.remove_unused_original_minimum_age_seconds * S,
  };
}

export function rabbitOptions({ oslo_messaging_rabbit: rabbit }: Config): RabbitOptions {
  return { ...queueOptions(rabbit), ...connectionOptions(rabbit) };
}

type Rabbit = Config['oslo_messaging_rabbit'];

function queueOptions(rabbit: Rabbit) {
  return {
    amqpDurableQueues: rabbit.amqp_durable_queues,
    amqpAutoDelete: rabbit.amqp_auto_delete,
    rabbitHaQueues: rabbit.rabbit_ha_queues,
    rabbitQuorumQueue: rabbit.rabbit_quorum_queue,
    rabbitQuorumDeliveryLimit: rabbit.rabbit_quorum_delivery_limit,
    rabbitQuorumMaxMemoryLength: rabbit.rabbit_quorum_max_memory_length,
    rabbitQuorumMaxMemoryBytes: rabbit.rabbit_quorum_max_memory_bytes,
    rabbitTransientQueuesTtlS: rabbit.rabbit_transient_queues_ttl,
    rabbitTransientQuorumQueue: rabbit.rabbit_transient_quorum_queue,
    rabbitStreamFanout: rabbit.rabbit_stream_fanout,
    useQueueManager: rabbit.use_queue_manager,
    enableCancelOnFailover: rabbit.enable_cancel_on_failover,
    rabbitQosPrefetchCount: rabbit.rabbit_qos_prefetch_count,
    directMandatoryFlag: rabbit.direct_mandatory_flag,
    kombuCompression: rabbit.kombu_compression ?? '',
    kombuMissingConsumerRetryTimeoutS: rabbit.kombu_missing_consumer_retry_timeout,
  };
}

function connectionOptions(rabbit: Rabbit) {
  return {
    rabbitLoginMethod: rabbit.rabbit_login_method,
    heartbeatTimeoutThresholdS: rabbit.heartbeat_timeout_threshold,
    kombuReconnectDelayS: rabbit.kombu_reconnect_delay,
    kombuFailoverStrategy: rabbit.kombu_failover_strategy,
    rabbitRetryIntervalS: rabbit.rabbit_retry_interval,
    rabbitRetryBackoffS: rabbit.rabbit_retry_backoff,
    rabbitIntervalMaxS: rabbit.rabbit_interval_max,
    ssl: rabbit.ssl,
    sslVersion: rabbit.ssl_version,
    sslKeyFile: rabbit.ssl_key_file,
    sslCertFile: rabbit.ssl_cert_file,
    sslCaFile: rabbit.ssl_ca_file,
    sslEnforceHostnameVerification: rabbit.ssl_enforce_hostname_verification,
  };
}

export function cpuSets({ cpu_shared_set: shared, cpu_dedicated_set: dedicated }: Config['compute']): CpuSets {
  return { shared: shared ?? null, dedicated: dedicated ?? null };
}

/** `controlPlaneVersion`: SERVICE_VERSION of the control plane. */
export function resourceSettings({ DEFAULT, compute }: Config, controlPlaneVersion: number): ResourceSettings {
  const excluded = new Set(compute.image_type_exclude_list);
  return {
    hostIp: DEFAULT.my_ip,
    reserved: {
      memoryMb: DEFAULT.reserved_host_memory_mb,
      cpus: DEFAULT.reserved_host_cpus,
      diskMb: DEFAULT.reserved_host_disk_mb,
    },
    cpuSets: cpuSets(compute),
    ratios: {
      cpu: DEFAULT.cpu_allocation_ratio,
      ram: DEFAULT.ram_allocation_ratio,
      disk: DEFAULT.disk_allocation_ratio,
    },
    initialRatios: {
      cpu: DEFAULT.initial_cpu_allocation_ratio,
      ram: DEFAULT.initial_ram_allocation_ratio,
      disk: DEFAULT.initial_disk_allocation_ratio,
    },
    controlPlaneVersion,
    capabilities: new Set(),
    countsFailedBuilds: compute.consecutive_build_service_disable_threshold !== 0,
    imageTypes: ['raw'].filter((type) => !excluded.has(type)),
  };
}
