// Made by tools/objects/generate from nova 26.2.2. Do not edit.
import type { NovaObject } from '../object.js';
import type { Vif } from '../vif.js';

/** A value of this list, or one that a newer release added to it. */
export type Open<T extends string> = T | (string & {});

export type Architecture = Open<'alpha' | 'armv6' | 'armv7l' | 'armv7b' | 'aarch64' | 'cris' | 'i686' | 'ia64' | 'lm32' | 'm68k' | 'microblaze' | 'microblazeel' | 'mips' | 'mipsel' | 'mips64' | 'mips64el' | 'openrisc' | 'parisc' | 'parisc64' | 'ppc' | 'ppcle' | 'ppc64' | 'ppc64le' | 'ppcemb' | 's390' | 's390x' | 'sh4' | 'sh4eb' | 'sparc' | 'sparc64' | 'unicore32' | 'x86_64' | 'xtensa' | 'xtensaeb'>;
export type BlockDeviceDestinationType = Open<'local' | 'volume'>;
export type BlockDeviceEncryptionFormatType = Open<'plain' | 'luks' | 'luksv2'>;
export type BlockDeviceSourceType = Open<'blank' | 'image' | 'snapshot' | 'volume'>;
export type BlockDeviceType = Open<'cdrom' | 'disk' | 'floppy' | 'fs' | 'lun'>;
export type CPUAllocationPolicy = Open<'dedicated' | 'shared' | 'mixed'>;
export type CPUEmulatorThreadsPolicy = Open<'share' | 'isolate'>;
export type CPUFeaturePolicy = Open<'force' | 'require' | 'optional' | 'disable' | 'forbid'>;
export type CPUMatch = Open<'minimum' | 'exact' | 'strict'>;
export type CPUMode = Open<'custom' | 'host-model' | 'host-passthrough'>;
export type CPUThreadAllocationPolicy = Open<'prefer' | 'isolate' | 'require'>;
export type ConfigDrivePolicy = Open<'optional' | 'mandatory'>;
export type DiskBus = Open<'fdc' | 'ide' | 'sata' | 'scsi' | 'usb' | 'virtio' | 'xen' | 'lxc' | 'uml'>;
export type DiskConfig = Open<'MANUAL' | 'AUTO'>;
export type FirmwareType = Open<'uefi' | 'bios'>;
export type HVType = Open<'baremetal' | 'bhyve' | 'docker' | 'fake' | 'hyperv' | 'ironic' | 'kqemu' | 'kvm' | 'lxc' | 'lxd' | 'openvz' | 'parallels' | 'phyp' | 'qemu' | 'test' | 'uml' | 'vbox' | 'vz' | 'vmware' | 'xen' | 'zvm' | 'prsm'>;
export type HypervisorDriver = Open<'libvirt' | 'xenapi' | 'vmwareapi' | 'ironic' | 'hyperv'>;
export type ImageSignatureHashType = Open<'SHA-224' | 'SHA-256' | 'SHA-384' | 'SHA-512'>;
export type ImageSignatureKeyType = Open<'DSA' | 'ECC_SECP384R1' | 'ECC_SECP521R1' | 'ECC_SECT409K1' | 'ECC_SECT409R1' | 'ECC_SECT571K1' | 'ECC_SECT571R1' | 'RSA-PSS'>;
export type InputBus = Open<'usb' | 'virtio'>;
export type InstanceExternalEventName = Open<'network-changed' | 'network-vif-plugged' | 'network-vif-unplugged' | 'network-vif-deleted' | 'volume-extended' | 'power-update' | 'accelerator-request-bound' | 'volume-reimaged'>;
export type InstanceExternalEventStatus = Open<'failed' | 'completed' | 'in-progress'>;
export type InstancePowerState = Open<'pending' | 'running' | '_unused' | 'paused' | 'shutdown' | 'crashed' | 'suspended'>;
export type InstanceState = Open<'active' | 'building' | 'paused' | 'suspended' | 'stopped' | 'rescued' | 'resized' | 'soft-delete' | 'deleted' | 'error' | 'shelved' | 'shelved_offloaded'>;
export type InstanceTaskState = Open<'scheduling' | 'block_device_mapping' | 'networking' | 'spawning' | 'image_snapshot' | 'image_snapshot_pending' | 'image_pending_upload' | 'image_uploading' | 'image_backup' | 'updating_password' | 'resize_prep' | 'resize_migrating' | 'resize_migrated' | 'resize_finish' | 'resize_reverting' | 'resize_confirming' | 'rebooting' | 'reboot_pending' | 'reboot_started' | 'rebooting_hard' | 'reboot_pending_hard' | 'reboot_started_hard' | 'pausing' | 'unpausing' | 'suspending' | 'resuming' | 'powering-off' | 'powering-on' | 'rescuing' | 'unrescuing' | 'rebuilding' | 'rebuild_block_device_mapping' | 'rebuild_spawning' | 'migrating' | 'deleting' | 'soft-deleting' | 'restoring' | 'shelving' | 'shelving_image_pending_upload' | 'shelving_image_uploading' | 'shelving_offloading' | 'unshelving'>;
export type MigrationType = Open<'migration' | 'resize' | 'live-migration' | 'evacuation'>;
export type MonitorMetricType = Open<'cpu.frequency' | 'cpu.user.time' | 'cpu.kernel.time' | 'cpu.idle.time' | 'cpu.iowait.time' | 'cpu.user.percent' | 'cpu.kernel.percent' | 'cpu.idle.percent' | 'cpu.iowait.percent' | 'cpu.percent' | 'numa.membw.max' | 'numa.membw.current'>;
export type NotificationAction = Open<'update' | 'exception' | 'delete' | 'pause' | 'unpause' | 'resize' | 'volume_swap' | 'suspend' | 'power_on' | 'reboot' | 'shutdown' | 'snapshot' | 'interface_attach' | 'power_off' | 'shelve' | 'resume' | 'restore' | 'exists' | 'rescue' | 'volume_attach' | 'volume_detach' | 'create' | 'import' | 'evacuate' | 'resize_finish' | 'live_migration_abort' | 'live_migration_post_dest' | 'live_migration_post' | 'live_migration_pre' | 'live_migration_rollback' | 'live_migration_rollback_dest' | 'rebuild' | 'interface_detach' | 'resize_confirm' | 'resize_prep' | 'resize_revert' | 'shelve_offload' | 'soft_delete' | 'trigger_crash_dump' | 'unrescue' | 'unshelve' | 'add_host' | 'remove_host' | 'add_member' | 'update_metadata' | 'lock' | 'unlock' | 'rebuild_scheduled' | 'update_prop' | 'live_migration_force_complete' | 'connect' | 'usage' | 'build_instances' | 'migrate_server' | 'rebuild_server' | 'select_destinations' | 'cache_images'>;
export type NotificationPhase = Open<'start' | 'end' | 'error' | 'progress'>;
export type NotificationSource = Open<'nova-api' | 'nova-compute' | 'nova-conductor' | 'nova-scheduler' | 'nova-network' | 'nova-consoleauth' | 'nova-cells' | 'nova-console' | 'nova-metadata'>;
export type OSType = Open<'linux' | 'windows'>;
export type PCINUMAAffinityPolicy = Open<'required' | 'legacy' | 'preferred' | 'socket'>;
export type PciDeviceStatus = Open<'available' | 'claimed' | 'allocated' | 'removed' | 'deleted' | 'unavailable' | 'unclaimable'>;
export type PciDeviceType = Open<'type-PCI' | 'type-PF' | 'type-VF' | 'vdpa'>;
export type PointerModelType = Open<'usbtablet'>;
export type RNGModel = Open<'virtio'>;
export type SCSIModel = Open<'buslogic' | 'ibmvscsi' | 'lsilogic' | 'lsisas1068' | 'lsisas1078' | 'virtio-scsi' | 'vmpvscsi'>;
export type SecureBoot = Open<'required' | 'disabled' | 'optional'>;
export type TPMModel = Open<'tpm-tis' | 'tpm-crb'>;
export type TPMVersion = Open<'1.2' | '2.0'>;
export type VIFModel = Open<'virtio' | 'ne2k_pci' | 'pcnet' | 'rtl8139' | 'e1000' | 'e1000e' | 'netfront' | 'spapr-vlan' | 'lan9118' | 'sriov' | 'vmxnet' | 'vmxnet3'>;
export type VIOMMUModel = Open<'intel' | 'smmuv3' | 'virtio' | 'auto'>;
export type VMMode = Open<'hvm' | 'xen' | 'uml' | 'exe'>;
export type VideoModel = Open<'cirrus' | 'qxl' | 'vga' | 'vmvga' | 'xen' | 'virtio' | 'gop' | 'none' | 'bochs'>;
export type WatchdogAction = Open<'none' | 'pause' | 'poweroff' | 'reset' | 'disabled'>;

/** Aggregate 1.3 */
export interface AggregateFields {
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly hosts: readonly string[] | null;
  readonly id: number;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly name: string;
  readonly updated_at: Date | null;
  readonly uuid: string;
}

/** AggregateCachePayload 1.0 */
export interface AggregateCachePayloadFields {
  readonly host: string;
  readonly id: number;
  readonly images_cached: readonly string[];
  readonly images_failed: readonly string[];
  readonly index: number;
  readonly name: string;
  readonly total: number;
  readonly uuid: string;
}

/** AggregateList 1.3 */
export interface AggregateListFields {
  readonly objects: readonly NovaObject<'Aggregate'>[];
}

/** AggregatePayload 1.1 */
export interface AggregatePayloadFields {
  readonly hosts: readonly string[] | null;
  readonly id: number | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly name: string;
  readonly uuid: string;
}

/** AuditPeriodPayload 1.0 */
export interface AuditPeriodPayloadFields {
  readonly audit_period_beginning: Date;
  readonly audit_period_ending: Date;
}

/** BlockDeviceMapping 1.21 */
export interface BlockDeviceMappingFields {
  readonly attachment_id: string | null;
  readonly boot_index: number | null;
  readonly connection_info: string | null;
  readonly created_at: Date | null;
  readonly delete_on_termination: boolean;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly destination_type: BlockDeviceDestinationType | null;
  readonly device_name: string | null;
  readonly device_type: BlockDeviceType | null;
  readonly disk_bus: string | null;
  readonly encrypted: boolean;
  readonly encryption_format: BlockDeviceEncryptionFormatType | null;
  readonly encryption_options: string | null;
  readonly encryption_secret_uuid: string | null;
  readonly guest_format: string | null;
  readonly id: number;
  readonly image_id: string | null;
  readonly instance: NovaObject<'Instance'> | null;
  readonly instance_uuid: string;
  readonly no_device: boolean;
  readonly snapshot_id: string | null;
  readonly source_type: BlockDeviceSourceType | null;
  readonly tag: string | null;
  readonly updated_at: Date | null;
  readonly uuid: string;
  readonly volume_id: string | null;
  readonly volume_size: number | null;
  readonly volume_type: string | null;
}

/** BlockDeviceMappingList 1.18 */
export interface BlockDeviceMappingListFields {
  readonly objects: readonly NovaObject<'BlockDeviceMapping'>[];
}

/** BlockDevicePayload 1.0 */
export interface BlockDevicePayloadFields {
  readonly boot_index: number | null;
  readonly delete_on_termination: boolean;
  readonly device_name: string | null;
  readonly tag: string | null;
  readonly volume_id: string;
}

/** BuildRequest 1.3 */
export interface BuildRequestFields {
  readonly block_device_mappings: NovaObject<'BlockDeviceMappingList'>;
  readonly created_at: Date | null;
  readonly id: number;
  readonly instance: NovaObject<'Instance'>;
  readonly instance_uuid: string;
  readonly project_id: string;
  readonly tags: NovaObject<'TagList'>;
  readonly updated_at: Date | null;
}

/** BuildRequestList 1.0 */
export interface BuildRequestListFields {
  readonly objects: readonly NovaObject<'BuildRequest'>[];
}

/** CellMapping 1.1 */
export interface CellMappingFields {
  readonly created_at: Date | null;
  readonly database_connection: string;
  readonly disabled: boolean;
  readonly id: number;
  readonly name: string | null;
  readonly transport_url: string;
  readonly updated_at: Date | null;
  readonly uuid: string;
}

/** CellMappingList 1.1 */
export interface CellMappingListFields {
  readonly objects: readonly NovaObject<'CellMapping'>[];
}

/** CellMappingPayload 2.0 */
export interface CellMappingPayloadFields {
  readonly disabled: boolean;
  readonly name: string | null;
  readonly uuid: string;
}

/** ComputeNode 1.19 */
export interface ComputeNodeFields {
  readonly cpu_allocation_ratio: number;
  readonly cpu_info: string | null;
  readonly created_at: Date | null;
  readonly current_workload: number | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly disk_allocation_ratio: number;
  readonly disk_available_least: number | null;
  readonly free_disk_gb: number | null;
  readonly free_ram_mb: number | null;
  readonly host: string | null;
  readonly host_ip: string | null;
  readonly hypervisor_hostname: string | null;
  readonly hypervisor_type: string;
  readonly hypervisor_version: number;
  readonly id: number;
  readonly local_gb: number;
  readonly local_gb_used: number;
  readonly mapped: number;
  readonly memory_mb: number;
  readonly memory_mb_used: number;
  readonly metrics: string | null;
  readonly numa_topology: string | null;
  readonly pci_device_pools: NovaObject<'PciDevicePoolList'> | null;
  readonly ram_allocation_ratio: number;
  readonly running_vms: number | null;
  readonly service_id: number | null;
  readonly stats: Readonly<Record<string, string | null>> | null;
  readonly supported_hv_specs: readonly NovaObject<'HVSpec'>[];
  readonly updated_at: Date | null;
  readonly uuid: string;
  readonly vcpus: number;
  readonly vcpus_used: number;
}

/** ComputeNodeList 1.17 */
export interface ComputeNodeListFields {
  readonly objects: readonly NovaObject<'ComputeNode'>[];
}

/** ComputeTaskPayload 1.0 */
export interface ComputeTaskPayloadFields {
  readonly instance_uuid: string;
  readonly reason: NovaObject<'ExceptionPayload'>;
  readonly request_spec: NovaObject<'RequestSpecPayload'> | null;
  readonly state: InstanceState | null;
}

/** ConsoleAuthToken 1.1 */
export interface ConsoleAuthTokenFields {
  readonly access_url_base: string | null;
  readonly console_type: string;
  readonly created_at: Date | null;
  readonly host: string;
  readonly id: number;
  readonly instance_uuid: string;
  readonly internal_access_path: string | null;
  readonly port: number;
  readonly token: string;
  readonly updated_at: Date | null;
  /** Releases after 26.2.2. */
  readonly expires: number;
  /** Releases after 26.2.2. */
  readonly tls_port: number | null;
}

/** CpuDiagnostics 1.0 */
export interface CpuDiagnosticsFields {
  readonly id: number | null;
  readonly time: number | null;
  readonly utilisation: number | null;
}

/** Destination 1.4 */
export interface DestinationFields {
  readonly aggregates: readonly string[] | null;
  readonly allow_cross_cell_move: boolean;
  readonly cell: NovaObject<'CellMapping'> | null;
  readonly forbidden_aggregates: ReadonlySet<string> | null;
  readonly host: string;
  readonly node: string | null;
}

/** DestinationPayload 1.0 */
export interface DestinationPayloadFields {
  readonly aggregates: readonly string[] | null;
  readonly cell: NovaObject<'CellMappingPayload'> | null;
  readonly host: string;
  readonly node: string | null;
}

/** DeviceBus 1.0 */
export interface DeviceBusFields {

}

/** DeviceMetadata 1.0 */
export interface DeviceMetadataFields {
  readonly bus: NovaObject<'DeviceBus'> | NovaObject<'IDEDeviceBus'> | NovaObject<'PCIDeviceBus'> | NovaObject<'SCSIDeviceBus'> | NovaObject<'USBDeviceBus'> | NovaObject<'XenDeviceBus'>;
  readonly tags: readonly string[];
}

/** Diagnostics 1.0 */
export interface DiagnosticsFields {
  readonly config_drive: boolean;
  readonly cpu_details: readonly NovaObject<'CpuDiagnostics'>[];
  readonly disk_details: readonly NovaObject<'DiskDiagnostics'>[];
  readonly driver: HypervisorDriver;
  readonly hypervisor: string | null;
  readonly hypervisor_os: string | null;
  readonly memory_details: NovaObject<'MemoryDiagnostics'>;
  readonly nic_details: readonly NovaObject<'NicDiagnostics'>[];
  readonly num_cpus: number;
  readonly num_disks: number;
  readonly num_nics: number;
  readonly state: InstancePowerState;
  readonly uptime: number | null;
}

/** DiskDiagnostics 1.0 */
export interface DiskDiagnosticsFields {
  readonly errors_count: number | null;
  readonly read_bytes: number | null;
  readonly read_requests: number | null;
  readonly write_bytes: number | null;
  readonly write_requests: number | null;
}

/** DiskMetadata 1.0 */
export interface DiskMetadataFields {
  readonly bus: NovaObject<'DeviceBus'> | NovaObject<'IDEDeviceBus'> | NovaObject<'PCIDeviceBus'> | NovaObject<'SCSIDeviceBus'> | NovaObject<'USBDeviceBus'> | NovaObject<'XenDeviceBus'>;
  readonly path: string | null;
  readonly serial: string | null;
  readonly tags: readonly string[];
}

/** EC2Ids 1.0 */
export interface EC2IdsFields {
  readonly ami_id: string | null;
  readonly instance_id: string;
  readonly kernel_id: string | null;
  readonly ramdisk_id: string | null;
}

/** EC2InstanceMapping 1.0 */
export interface EC2InstanceMappingFields {
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly id: number;
  readonly updated_at: Date | null;
  readonly uuid: string;
}

/** EventType 1.21 */
export interface EventTypeFields {
  readonly action: NotificationAction;
  readonly object: string;
  readonly phase: NotificationPhase | null;
}

/** ExceptionPayload 1.1 */
export interface ExceptionPayloadFields {
  readonly exception: string;
  readonly exception_message: string;
  readonly function_name: string;
  readonly module_name: string;
  readonly traceback: string;
}

/** Flavor 1.2 */
export interface FlavorFields {
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly description: string | null;
  readonly disabled: boolean;
  readonly ephemeral_gb: number;
  readonly extra_specs: Readonly<Record<string, string>>;
  readonly flavorid: string;
  readonly id: number;
  readonly is_public: boolean;
  readonly memory_mb: number;
  readonly name: string | null;
  readonly projects: readonly string[];
  readonly root_gb: number;
  readonly rxtx_factor: number | null;
  readonly swap: number;
  readonly updated_at: Date | null;
  readonly vcpu_weight: number | null;
  readonly vcpus: number;
}

/** FlavorList 1.1 */
export interface FlavorListFields {
  readonly objects: readonly NovaObject<'Flavor'>[];
}

/** FlavorPayload 1.4 */
export interface FlavorPayloadFields {
  readonly description: string | null;
  readonly disabled: boolean;
  readonly ephemeral_gb: number | null;
  readonly extra_specs: Readonly<Record<string, string>> | null;
  readonly flavorid: string | null;
  readonly is_public: boolean;
  readonly memory_mb: number | null;
  readonly name: string;
  readonly projects: readonly string[] | null;
  readonly root_gb: number | null;
  readonly rxtx_factor: number | null;
  readonly swap: number;
  readonly vcpu_weight: number | null;
  readonly vcpus: number | null;
}

/** HVSpec 1.2 */
export interface HVSpecFields {
  readonly arch: Architecture;
  readonly hv_type: HVType;
  readonly vm_mode: VMMode;
}

/** HostMapping 1.0 */
export interface HostMappingFields {
  readonly cell_mapping: NovaObject<'CellMapping'>;
  readonly created_at: Date | null;
  readonly host: string;
  readonly id: number;
  readonly updated_at: Date | null;
}

/** HostMappingList 1.1 */
export interface HostMappingListFields {
  readonly objects: readonly NovaObject<'HostMapping'>[];
}

/** HyperVLiveMigrateData 1.4 */
export interface HyperVLiveMigrateDataFields {
  readonly is_shared_instance_path: boolean;
  readonly is_volume_backed: boolean;
  readonly migration: NovaObject<'Migration'>;
  readonly old_vol_attachment_ids: Readonly<Record<string, string>>;
  readonly vifs: readonly NovaObject<'VIFMigrateData'>[];
  readonly wait_for_vif_plugged: boolean;
}

/** IDEDeviceBus 1.0 */
export interface IDEDeviceBusFields {
  readonly address: string;
}

/** ImageMeta 1.8 */
export interface ImageMetaFields {
  readonly checksum: string;
  readonly container_format: string;
  readonly created_at: Date | null;
  readonly direct_url: string;
  readonly disk_format: string;
  readonly id: string;
  readonly min_disk: number;
  readonly min_ram: number;
  readonly name: string;
  readonly owner: string;
  readonly properties: NovaObject<'ImageMetaProps'>;
  readonly protected: boolean;
  readonly size: number;
  readonly status: string;
  readonly tags: readonly string[];
  readonly updated_at: Date | null;
  readonly virtual_size: number;
  readonly visibility: string;
}

/** ImageMetaPayload 1.0 */
export interface ImageMetaPayloadFields {
  readonly checksum: string | null;
  readonly container_format: string | null;
  readonly created_at: Date | null;
  readonly direct_url: string | null;
  readonly disk_format: string | null;
  readonly id: string | null;
  readonly min_disk: number | null;
  readonly min_ram: number | null;
  readonly name: string | null;
  readonly owner: string | null;
  readonly properties: NovaObject<'ImageMetaPropsPayload'>;
  readonly protected: boolean | null;
  readonly size: number | null;
  readonly status: string | null;
  readonly tags: readonly string[] | null;
  readonly updated_at: Date | null;
  readonly virtual_size: number | null;
  readonly visibility: string | null;
}

/** ImageMetaProps 1.34 */
export interface ImageMetaPropsFields {
  readonly hw_architecture: Architecture;
  readonly hw_auto_disk_config: string;
  readonly hw_boot_menu: boolean;
  readonly hw_cdrom_bus: DiskBus;
  readonly hw_cpu_cores: number;
  readonly hw_cpu_max_cores: number;
  readonly hw_cpu_max_sockets: number;
  readonly hw_cpu_max_threads: number;
  readonly hw_cpu_policy: CPUAllocationPolicy;
  readonly hw_cpu_realtime_mask: string;
  readonly hw_cpu_sockets: number;
  readonly hw_cpu_thread_policy: CPUThreadAllocationPolicy;
  readonly hw_cpu_threads: number;
  readonly hw_device_id: number;
  readonly hw_disk_bus: DiskBus;
  readonly hw_disk_type: string;
  readonly hw_emulation_architecture: Architecture;
  readonly hw_ephemeral_encryption: boolean;
  readonly hw_ephemeral_encryption_format: BlockDeviceEncryptionFormatType;
  readonly hw_firmware_type: FirmwareType;
  readonly hw_floppy_bus: DiskBus;
  readonly hw_input_bus: InputBus;
  readonly hw_ipxe_boot: boolean;
  readonly hw_locked_memory: boolean;
  readonly hw_machine_type: string;
  readonly hw_mem_encryption: boolean;
  readonly hw_mem_page_size: string;
  readonly hw_numa_cpus: readonly ReadonlySet<number>[];
  readonly hw_numa_mem: readonly number[];
  readonly hw_numa_nodes: number;
  readonly hw_pci_numa_affinity_policy: PCINUMAAffinityPolicy;
  readonly hw_pmu: boolean;
  readonly hw_pointer_model: PointerModelType;
  readonly hw_qemu_guest_agent: boolean;
  readonly hw_rescue_bus: DiskBus;
  readonly hw_rescue_device: BlockDeviceType;
  readonly hw_rng_model: RNGModel;
  readonly hw_scsi_model: SCSIModel;
  readonly hw_serial_port_count: number;
  readonly hw_time_hpet: boolean;
  readonly hw_tpm_model: TPMModel;
  readonly hw_tpm_version: TPMVersion;
  readonly hw_video_model: VideoModel;
  readonly hw_video_ram: number;
  readonly hw_vif_model: VIFModel;
  readonly hw_vif_multiqueue_enabled: boolean;
  readonly hw_viommu_model: VIOMMUModel;
  readonly hw_vm_mode: VMMode;
  readonly hw_watchdog_action: WatchdogAction;
  readonly img_bdm_v2: boolean;
  readonly img_bittorrent: boolean;
  readonly img_block_device_mapping: readonly (Readonly<Record<string, string | null>>)[];
  readonly img_cache_in_nova: boolean;
  readonly img_compression_level: number;
  readonly img_config_drive: ConfigDrivePolicy;
  readonly img_hide_hypervisor_id: boolean;
  readonly img_hv_requested_version: string;
  readonly img_hv_type: HVType;
  readonly img_linked_clone: boolean;
  readonly img_mappings: readonly (Readonly<Record<string, string | null>>)[];
  readonly img_owner_id: string;
  readonly img_root_device_name: string;
  readonly img_signature: string;
  readonly img_signature_certificate_uuid: string;
  readonly img_signature_hash_method: ImageSignatureHashType;
  readonly img_signature_key_type: ImageSignatureKeyType;
  readonly img_use_agent: boolean;
  readonly img_version: number;
  readonly os_admin_user: string;
  readonly os_command_line: string;
  readonly os_distro: string;
  readonly os_require_quiesce: boolean;
  readonly os_secure_boot: SecureBoot;
  readonly os_skip_agent_inject_files_at_boot: boolean;
  readonly os_skip_agent_inject_ssh: boolean;
  readonly os_type: OSType;
  readonly traits_required: readonly string[];
}

/** ImageMetaPropsPayload 1.12 */
export interface ImageMetaPropsPayloadFields {
  readonly hw_architecture: Architecture;
  readonly hw_auto_disk_config: string;
  readonly hw_boot_menu: boolean;
  readonly hw_cdrom_bus: DiskBus;
  readonly hw_cpu_cores: number;
  readonly hw_cpu_max_cores: number;
  readonly hw_cpu_max_sockets: number;
  readonly hw_cpu_max_threads: number;
  readonly hw_cpu_policy: CPUAllocationPolicy;
  readonly hw_cpu_realtime_mask: string;
  readonly hw_cpu_sockets: number;
  readonly hw_cpu_thread_policy: CPUThreadAllocationPolicy;
  readonly hw_cpu_threads: number;
  readonly hw_device_id: number;
  readonly hw_disk_bus: DiskBus;
  readonly hw_disk_type: string;
  readonly hw_emulation_architecture: Architecture;
  readonly hw_ephemeral_encryption: boolean;
  readonly hw_ephemeral_encryption_format: BlockDeviceEncryptionFormatType;
  readonly hw_firmware_type: FirmwareType;
  readonly hw_floppy_bus: DiskBus;
  readonly hw_input_bus: InputBus;
  readonly hw_ipxe_boot: boolean;
  readonly hw_locked_memory: boolean;
  readonly hw_machine_type: string;
  readonly hw_mem_encryption: boolean;
  readonly hw_mem_page_size: string;
  readonly hw_numa_cpus: readonly ReadonlySet<number>[];
  readonly hw_numa_mem: readonly number[];
  readonly hw_numa_nodes: number;
  readonly hw_pci_numa_affinity_policy: PCINUMAAffinityPolicy;
  readonly hw_pmu: boolean;
  readonly hw_pointer_model: PointerModelType;
  readonly hw_qemu_guest_agent: boolean;
  readonly hw_rescue_bus: DiskBus;
  readonly hw_rescue_device: BlockDeviceType;
  readonly hw_rng_model: RNGModel;
  readonly hw_scsi_model: SCSIModel;
  readonly hw_serial_port_count: number;
  readonly hw_time_hpet: boolean;
  readonly hw_tpm_model: TPMModel;
  readonly hw_tpm_version: TPMVersion;
  readonly hw_video_model: VideoModel;
  readonly hw_video_ram: number;
  readonly hw_vif_model: VIFModel;
  readonly hw_vif_multiqueue_enabled: boolean;
  readonly hw_viommu_model: VIOMMUModel;
  readonly hw_vm_mode: VMMode;
  readonly hw_watchdog_action: WatchdogAction;
  readonly img_bdm_v2: boolean;
  readonly img_bittorrent: boolean;
  readonly img_block_device_mapping: readonly (Readonly<Record<string, string | null>>)[];
  readonly img_cache_in_nova: boolean;
  readonly img_compression_level: number;
  readonly img_config_drive: ConfigDrivePolicy;
  readonly img_hide_hypervisor_id: boolean;
  readonly img_hv_requested_version: string;
  readonly img_hv_type: HVType;
  readonly img_linked_clone: boolean;
  readonly img_mappings: readonly (Readonly<Record<string, string | null>>)[];
  readonly img_owner_id: string;
  readonly img_root_device_name: string;
  readonly img_signature: string;
  readonly img_signature_certificate_uuid: string;
  readonly img_signature_hash_method: ImageSignatureHashType;
  readonly img_signature_key_type: ImageSignatureKeyType;
  readonly img_use_agent: boolean;
  readonly img_version: number;
  readonly os_admin_user: string;
  readonly os_command_line: string;
  readonly os_distro: string;
  readonly os_require_quiesce: boolean;
  readonly os_secure_boot: SecureBoot;
  readonly os_skip_agent_inject_files_at_boot: boolean;
  readonly os_skip_agent_inject_ssh: boolean;
  readonly os_type: OSType;
  readonly traits_required: readonly string[];
}

/** Instance 2.7 */
export interface InstanceFields {
  readonly access_ip_v4: string | null;
  readonly access_ip_v6: string | null;
  readonly architecture: string | null;
  readonly auto_disk_config: boolean;
  readonly availability_zone: string | null;
  readonly cell_name: string | null;
  readonly cleaned: boolean;
  readonly config_drive: string | null;
  readonly created_at: Date | null;
  readonly default_ephemeral_device: string | null;
  readonly default_swap_device: string | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly device_metadata: NovaObject<'InstanceDeviceMetadata'> | null;
  readonly disable_terminate: boolean;
  readonly display_description: string | null;
  readonly display_name: string | null;
  readonly ec2_ids: NovaObject<'EC2Ids'>;
  readonly ephemeral_gb: number | null;
  readonly ephemeral_key_uuid: string | null;
  readonly fault: NovaObject<'InstanceFault'> | null;
  readonly flavor: NovaObject<'Flavor'>;
  readonly hidden: boolean;
  readonly host: string | null;
  readonly hostname: string | null;
  readonly id: number;
  readonly image_ref: string | null;
  readonly info_cache: NovaObject<'InstanceInfoCache'> | null;
  readonly instance_type_id: number | null;
  readonly kernel_id: string | null;
  readonly key_data: string | null;
  readonly key_name: string | null;
  readonly keypairs: NovaObject<'KeyPairList'>;
  readonly launch_index: number | null;
  readonly launched_at: Date | null;
  readonly launched_on: string | null;
  readonly locked: boolean;
  readonly locked_by: string | null;
  readonly memory_mb: number | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly migration_context: NovaObject<'MigrationContext'> | null;
  readonly new_flavor: NovaObject<'Flavor'> | null;
  readonly node: string | null;
  readonly numa_topology: NovaObject<'InstanceNUMATopology'> | null;
  readonly old_flavor: NovaObject<'Flavor'> | null;
  readonly os_type: string | null;
  readonly pci_devices: NovaObject<'PciDeviceList'> | null;
  readonly pci_requests: NovaObject<'InstancePCIRequests'> | null;
  readonly power_state: number | null;
  readonly progress: number | null;
  readonly project_id: string | null;
  readonly ramdisk_id: string | null;
  readonly reservation_id: string | null;
  readonly resources: NovaObject<'ResourceList'> | null;
  readonly root_device_name: string | null;
  readonly root_gb: number | null;
  readonly security_groups: NovaObject<'SecurityGroupList'>;
  readonly services: NovaObject<'ServiceList'>;
  readonly shutdown_terminate: boolean;
  readonly system_metadata: Readonly<Record<string, string | null>>;
  readonly tags: NovaObject<'TagList'>;
  readonly task_state: string | null;
  readonly terminated_at: Date | null;
  readonly trusted_certs: NovaObject<'TrustedCerts'> | null;
  readonly updated_at: Date | null;
  readonly user_data: string | null;
  readonly user_id: string | null;
  readonly uuid: string;
  readonly vcpu_model: NovaObject<'VirtCPUModel'> | null;
  readonly vcpus: number | null;
  readonly vm_mode: string | null;
  readonly vm_state: string | null;
  /** Releases after 26.2.2. */
  readonly compute_id: number | null;
}

/** InstanceAction 1.2 */
export interface InstanceActionFields {
  readonly action: string | null;
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly finish_time: Date | null;
  readonly id: number;
  readonly instance_uuid: string | null;
  readonly message: string | null;
  readonly project_id: string | null;
  readonly request_id: string | null;
  readonly start_time: Date | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
}

/** InstanceActionEvent 1.4 */
export interface InstanceActionEventFields {
  readonly action_id: number | null;
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly details: string | null;
  readonly event: string | null;
  readonly finish_time: Date | null;
  readonly host: string | null;
  readonly id: number;
  readonly result: string | null;
  readonly start_time: Date | null;
  readonly traceback: string | null;
  readonly updated_at: Date | null;
}

/** InstanceActionEventList 1.1 */
export interface InstanceActionEventListFields {
  readonly objects: readonly NovaObject<'InstanceActionEvent'>[];
}

/** InstanceActionList 1.1 */
export interface InstanceActionListFields {
  readonly objects: readonly NovaObject<'InstanceAction'>[];
}

/** InstanceActionPayload 1.8 */
export interface InstanceActionPayloadFields {
  readonly action_initiator_project: string | null;
  readonly action_initiator_user: string | null;
  readonly architecture: string | null;
  readonly auto_disk_config: DiskConfig;
  readonly availability_zone: string | null;
  readonly block_devices: readonly NovaObject<'BlockDevicePayload'>[] | null;
  readonly created_at: Date | null;
  readonly deleted_at: Date | null;
  readonly display_description: string | null;
  readonly display_name: string | null;
  readonly fault: NovaObject<'ExceptionPayload'> | null;
  readonly flavor: NovaObject<'FlavorPayload'>;
  readonly host: string | null;
  readonly host_name: string | null;
  readonly image_uuid: string | null;
  readonly ip_addresses: readonly NovaObject<'IpPayload'>[];
  readonly kernel_id: string | null;
  readonly key_name: string | null;
  readonly launched_at: Date | null;
  readonly locked: boolean;
  readonly locked_reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly node: string | null;
  readonly os_type: string | null;
  readonly power_state: InstancePowerState | null;
  readonly progress: number | null;
  readonly ramdisk_id: string | null;
  readonly request_id: string | null;
  readonly reservation_id: string | null;
  readonly state: InstanceState | null;
  readonly task_state: InstanceTaskState | null;
  readonly tenant_id: string | null;
  readonly terminated_at: Date | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly uuid: string;
}

/** InstanceActionRebuildPayload 1.9 */
export interface InstanceActionRebuildPayloadFields {
  readonly action_initiator_project: string | null;
  readonly action_initiator_user: string | null;
  readonly architecture: string | null;
  readonly auto_disk_config: DiskConfig;
  readonly availability_zone: string | null;
  readonly block_devices: readonly NovaObject<'BlockDevicePayload'>[] | null;
  readonly created_at: Date | null;
  readonly deleted_at: Date | null;
  readonly display_description: string | null;
  readonly display_name: string | null;
  readonly fault: NovaObject<'ExceptionPayload'> | null;
  readonly flavor: NovaObject<'FlavorPayload'>;
  readonly host: string | null;
  readonly host_name: string | null;
  readonly image_uuid: string | null;
  readonly ip_addresses: readonly NovaObject<'IpPayload'>[];
  readonly kernel_id: string | null;
  readonly key_name: string | null;
  readonly launched_at: Date | null;
  readonly locked: boolean;
  readonly locked_reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly node: string | null;
  readonly os_type: string | null;
  readonly power_state: InstancePowerState | null;
  readonly progress: number | null;
  readonly ramdisk_id: string | null;
  readonly request_id: string | null;
  readonly reservation_id: string | null;
  readonly state: InstanceState | null;
  readonly task_state: InstanceTaskState | null;
  readonly tenant_id: string | null;
  readonly terminated_at: Date | null;
  readonly trusted_image_certificates: readonly string[] | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly uuid: string;
}

/** InstanceActionRescuePayload 1.3 */
export interface InstanceActionRescuePayloadFields {
  readonly action_initiator_project: string | null;
  readonly action_initiator_user: string | null;
  readonly architecture: string | null;
  readonly auto_disk_config: DiskConfig;
  readonly availability_zone: string | null;
  readonly block_devices: readonly NovaObject<'BlockDevicePayload'>[] | null;
  readonly created_at: Date | null;
  readonly deleted_at: Date | null;
  readonly display_description: string | null;
  readonly display_name: string | null;
  readonly fault: NovaObject<'ExceptionPayload'> | null;
  readonly flavor: NovaObject<'FlavorPayload'>;
  readonly host: string | null;
  readonly host_name: string | null;
  readonly image_uuid: string | null;
  readonly ip_addresses: readonly NovaObject<'IpPayload'>[];
  readonly kernel_id: string | null;
  readonly key_name: string | null;
  readonly launched_at: Date | null;
  readonly locked: boolean;
  readonly locked_reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly node: string | null;
  readonly os_type: string | null;
  readonly power_state: InstancePowerState | null;
  readonly progress: number | null;
  readonly ramdisk_id: string | null;
  readonly request_id: string | null;
  readonly rescue_image_ref: string | null;
  readonly reservation_id: string | null;
  readonly state: InstanceState | null;
  readonly task_state: InstanceTaskState | null;
  readonly tenant_id: string | null;
  readonly terminated_at: Date | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly uuid: string;
}

/** InstanceActionResizePrepPayload 1.3 */
export interface InstanceActionResizePrepPayloadFields {
  readonly action_initiator_project: string | null;
  readonly action_initiator_user: string | null;
  readonly architecture: string | null;
  readonly auto_disk_config: DiskConfig;
  readonly availability_zone: string | null;
  readonly block_devices: readonly NovaObject<'BlockDevicePayload'>[] | null;
  readonly created_at: Date | null;
  readonly deleted_at: Date | null;
  readonly display_description: string | null;
  readonly display_name: string | null;
  readonly fault: NovaObject<'ExceptionPayload'> | null;
  readonly flavor: NovaObject<'FlavorPayload'>;
  readonly host: string | null;
  readonly host_name: string | null;
  readonly image_uuid: string | null;
  readonly ip_addresses: readonly NovaObject<'IpPayload'>[];
  readonly kernel_id: string | null;
  readonly key_name: string | null;
  readonly launched_at: Date | null;
  readonly locked: boolean;
  readonly locked_reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly new_flavor: NovaObject<'FlavorPayload'> | null;
  readonly node: string | null;
  readonly os_type: string | null;
  readonly power_state: InstancePowerState | null;
  readonly progress: number | null;
  readonly ramdisk_id: string | null;
  readonly request_id: string | null;
  readonly reservation_id: string | null;
  readonly state: InstanceState | null;
  readonly task_state: InstanceTaskState | null;
  readonly tenant_id: string | null;
  readonly terminated_at: Date | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly uuid: string;
}

/** InstanceActionSnapshotPayload 1.9 */
export interface InstanceActionSnapshotPayloadFields {
  readonly action_initiator_project: string | null;
  readonly action_initiator_user: string | null;
  readonly architecture: string | null;
  readonly auto_disk_config: DiskConfig;
  readonly availability_zone: string | null;
  readonly block_devices: readonly NovaObject<'BlockDevicePayload'>[] | null;
  readonly created_at: Date | null;
  readonly deleted_at: Date | null;
  readonly display_description: string | null;
  readonly display_name: string | null;
  readonly fault: NovaObject<'ExceptionPayload'> | null;
  readonly flavor: NovaObject<'FlavorPayload'>;
  readonly host: string | null;
  readonly host_name: string | null;
  readonly image_uuid: string | null;
  readonly ip_addresses: readonly NovaObject<'IpPayload'>[];
  readonly kernel_id: string | null;
  readonly key_name: string | null;
  readonly launched_at: Date | null;
  readonly locked: boolean;
  readonly locked_reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly node: string | null;
  readonly os_type: string | null;
  readonly power_state: InstancePowerState | null;
  readonly progress: number | null;
  readonly ramdisk_id: string | null;
  readonly request_id: string | null;
  readonly reservation_id: string | null;
  readonly snapshot_image_id: string;
  readonly state: InstanceState | null;
  readonly task_state: InstanceTaskState | null;
  readonly tenant_id: string | null;
  readonly terminated_at: Date | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly uuid: string;
}

/** InstanceActionVolumePayload 1.6 */
export interface InstanceActionVolumePayloadFields {
  readonly action_initiator_project: string | null;
  readonly action_initiator_user: string | null;
  readonly architecture: string | null;
  readonly auto_disk_config: DiskConfig;
  readonly availability_zone: string | null;
  readonly block_devices: readonly NovaObject<'BlockDevicePayload'>[] | null;
  readonly created_at: Date | null;
  readonly deleted_at: Date | null;
  readonly display_description: string | null;
  readonly display_name: string | null;
  readonly fault: NovaObject<'ExceptionPayload'> | null;
  readonly flavor: NovaObject<'FlavorPayload'>;
  readonly host: string | null;
  readonly host_name: string | null;
  readonly image_uuid: string | null;
  readonly ip_addresses: readonly NovaObject<'IpPayload'>[];
  readonly kernel_id: string | null;
  readonly key_name: string | null;
  readonly launched_at: Date | null;
  readonly locked: boolean;
  readonly locked_reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly node: string | null;
  readonly os_type: string | null;
  readonly power_state: InstancePowerState | null;
  readonly progress: number | null;
  readonly ramdisk_id: string | null;
  readonly request_id: string | null;
  readonly reservation_id: string | null;
  readonly state: InstanceState | null;
  readonly task_state: InstanceTaskState | null;
  readonly tenant_id: string | null;
  readonly terminated_at: Date | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly uuid: string;
  readonly volume_id: string;
}

/** InstanceActionVolumeSwapPayload 1.8 */
export interface InstanceActionVolumeSwapPayloadFields {
  readonly action_initiator_project: string | null;
  readonly action_initiator_user: string | null;
  readonly architecture: string | null;
  readonly auto_disk_config: DiskConfig;
  readonly availability_zone: string | null;
  readonly block_devices: readonly NovaObject<'BlockDevicePayload'>[] | null;
  readonly created_at: Date | null;
  readonly deleted_at: Date | null;
  readonly display_description: string | null;
  readonly display_name: string | null;
  readonly fault: NovaObject<'ExceptionPayload'> | null;
  readonly flavor: NovaObject<'FlavorPayload'>;
  readonly host: string | null;
  readonly host_name: string | null;
  readonly image_uuid: string | null;
  readonly ip_addresses: readonly NovaObject<'IpPayload'>[];
  readonly kernel_id: string | null;
  readonly key_name: string | null;
  readonly launched_at: Date | null;
  readonly locked: boolean;
  readonly locked_reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly new_volume_id: string;
  readonly node: string | null;
  readonly old_volume_id: string;
  readonly os_type: string | null;
  readonly power_state: InstancePowerState | null;
  readonly progress: number | null;
  readonly ramdisk_id: string | null;
  readonly request_id: string | null;
  readonly reservation_id: string | null;
  readonly state: InstanceState | null;
  readonly task_state: InstanceTaskState | null;
  readonly tenant_id: string | null;
  readonly terminated_at: Date | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly uuid: string;
}

/** InstanceCreatePayload 1.12 */
export interface InstanceCreatePayloadFields {
  readonly action_initiator_project: string | null;
  readonly action_initiator_user: string | null;
  readonly architecture: string | null;
  readonly auto_disk_config: DiskConfig;
  readonly availability_zone: string | null;
  readonly block_devices: readonly NovaObject<'BlockDevicePayload'>[] | null;
  readonly created_at: Date | null;
  readonly deleted_at: Date | null;
  readonly display_description: string | null;
  readonly display_name: string | null;
  readonly fault: NovaObject<'ExceptionPayload'> | null;
  readonly flavor: NovaObject<'FlavorPayload'>;
  readonly host: string | null;
  readonly host_name: string | null;
  readonly image_uuid: string | null;
  readonly instance_name: string | null;
  readonly ip_addresses: readonly NovaObject<'IpPayload'>[];
  readonly kernel_id: string | null;
  readonly key_name: string | null;
  readonly keypairs: readonly NovaObject<'KeypairPayload'>[];
  readonly launched_at: Date | null;
  readonly locked: boolean;
  readonly locked_reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly node: string | null;
  readonly os_type: string | null;
  readonly power_state: InstancePowerState | null;
  readonly progress: number | null;
  readonly ramdisk_id: string | null;
  readonly request_id: string | null;
  readonly reservation_id: string | null;
  readonly state: InstanceState | null;
  readonly tags: readonly string[];
  readonly task_state: InstanceTaskState | null;
  readonly tenant_id: string | null;
  readonly terminated_at: Date | null;
  readonly trusted_image_certificates: readonly string[] | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly uuid: string;
}

/** InstanceDeviceMetadata 1.0 */
export interface InstanceDeviceMetadataFields {
  readonly devices: readonly (NovaObject<'DeviceMetadata'> | NovaObject<'DiskMetadata'> | NovaObject<'NetworkInterfaceMetadata'>)[];
}

/** InstanceExistsPayload 2.0 */
export interface InstanceExistsPayloadFields {
  readonly action_initiator_project: string | null;
  readonly action_initiator_user: string | null;
  readonly architecture: string | null;
  readonly audit_period: NovaObject<'AuditPeriodPayload'>;
  readonly auto_disk_config: DiskConfig;
  readonly availability_zone: string | null;
  readonly block_devices: readonly NovaObject<'BlockDevicePayload'>[] | null;
  readonly created_at: Date | null;
  readonly deleted_at: Date | null;
  readonly display_description: string | null;
  readonly display_name: string | null;
  readonly flavor: NovaObject<'FlavorPayload'>;
  readonly host: string | null;
  readonly host_name: string | null;
  readonly image_uuid: string | null;
  readonly ip_addresses: readonly NovaObject<'IpPayload'>[];
  readonly kernel_id: string | null;
  readonly key_name: string | null;
  readonly launched_at: Date | null;
  readonly locked: boolean;
  readonly locked_reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly node: string | null;
  readonly os_type: string | null;
  readonly power_state: InstancePowerState | null;
  readonly progress: number | null;
  readonly ramdisk_id: string | null;
  readonly request_id: string | null;
  readonly reservation_id: string | null;
  readonly state: InstanceState | null;
  readonly task_state: InstanceTaskState | null;
  readonly tenant_id: string | null;
  readonly terminated_at: Date | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly uuid: string;
}

/** InstanceExternalEvent 1.5 */
export interface InstanceExternalEventFields {
  readonly data: Readonly<Record<string, string>>;
  readonly instance_uuid: string;
  readonly name: InstanceExternalEventName;
  readonly status: InstanceExternalEventStatus;
  readonly tag: string | null;
}

/** InstanceFault 1.2 */
export interface InstanceFaultFields {
  readonly code: number;
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly details: string | null;
  readonly host: string | null;
  readonly id: number;
  readonly instance_uuid: string;
  readonly message: string | null;
  readonly updated_at: Date | null;
}

/** InstanceFaultList 1.2 */
export interface InstanceFaultListFields {
  readonly objects: readonly NovaObject<'InstanceFault'>[];
}

/** InstanceGroup 1.11 */
export interface InstanceGroupFields {
  readonly _rules: Readonly<Record<string, string>>;
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly hosts: readonly string[] | null;
  readonly id: number;
  readonly members: readonly string[] | null;
  readonly name: string | null;
  readonly policies: readonly string[] | null;
  readonly policy: string | null;
  readonly project_id: string | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly uuid: string;
}

/** InstanceGroupList 1.8 */
export interface InstanceGroupListFields {
  readonly objects: readonly NovaObject<'InstanceGroup'>[];
}

/** InstanceInfoCache 1.5 */
export interface InstanceInfoCacheFields {
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly instance_uuid: string;
  readonly network_info: readonly Vif[] | null;
  readonly updated_at: Date | null;
}

/** InstanceList 2.6 */
export interface InstanceListFields {
  readonly objects: readonly NovaObject<'Instance'>[];
}

/** InstanceMapping 1.2 */
export interface InstanceMappingFields {
  readonly cell_mapping: NovaObject<'CellMapping'> | null;
  readonly created_at: Date | null;
  readonly id: number;
  readonly instance_uuid: string;
  readonly project_id: string;
  readonly queued_for_delete: boolean;
  readonly updated_at: Date | null;
  readonly user_id: string;
}

/** InstanceMappingList 1.3 */
export interface InstanceMappingListFields {
  readonly objects: readonly NovaObject<'InstanceMapping'>[];
}

/** InstanceNUMACell 1.6 */
export interface InstanceNUMACellFields {
  readonly cpu_pinning_raw: Readonly<Record<string, number>> | null;
  readonly cpu_policy: CPUAllocationPolicy | null;
  readonly cpu_thread_policy: CPUThreadAllocationPolicy | null;
  readonly cpu_topology: NovaObject<'VirtCPUTopology'> | null;
  readonly cpuset: ReadonlySet<number>;
  readonly cpuset_reserved: ReadonlySet<number> | null;
  readonly id: number;
  readonly memory: number;
  readonly pagesize: number | null;
  readonly pcpuset: ReadonlySet<number>;
}

/** InstanceNUMACellPayload 1.2 */
export interface InstanceNUMACellPayloadFields {
  readonly cpu_pinning_raw: Readonly<Record<string, number>> | null;
  readonly cpu_policy: CPUAllocationPolicy | null;
  readonly cpu_thread_policy: CPUThreadAllocationPolicy | null;
  readonly cpu_topology: NovaObject<'VirtCPUTopologyPayload'> | null;
  readonly cpuset: ReadonlySet<number>;
  readonly cpuset_reserved: ReadonlySet<number> | null;
  readonly id: number;
  readonly memory: number;
  readonly pagesize: number | null;
  readonly pcpuset: ReadonlySet<number>;
}

/** InstanceNUMATopology 1.3 */
export interface InstanceNUMATopologyFields {
  readonly cells: readonly NovaObject<'InstanceNUMACell'>[];
  readonly emulator_threads_policy: CPUEmulatorThreadsPolicy | null;
  readonly id: number;
  readonly instance_uuid: string;
}

/** InstanceNUMATopologyPayload 1.0 */
export interface InstanceNUMATopologyPayloadFields {
  readonly cells: readonly NovaObject<'InstanceNUMACellPayload'>[];
  readonly emulator_threads_policy: CPUEmulatorThreadsPolicy | null;
  readonly instance_uuid: string;
}

/** InstancePCIRequest 1.4 */
export interface InstancePCIRequestFields {
  readonly alias_name: string | null;
  readonly count: number;
  readonly is_new: boolean;
  readonly numa_policy: PCINUMAAffinityPolicy | null;
  readonly request_id: string | null;
  readonly requester_id: string | null;
  readonly spec: readonly (Readonly<Record<string, string | null>>)[];
}

/** InstancePCIRequestPayload 1.1 */
export interface InstancePCIRequestPayloadFields {
  readonly alias_name: string | null;
  readonly count: number;
  readonly numa_policy: PCINUMAAffinityPolicy | null;
  readonly request_id: string | null;
  readonly spec: readonly (Readonly<Record<string, string | null>>)[];
}

/** InstancePCIRequests 1.1 */
export interface InstancePCIRequestsFields {
  readonly instance_uuid: string;
  readonly requests: readonly NovaObject<'InstancePCIRequest'>[];
}

/** InstancePCIRequestsPayload 1.0 */
export interface InstancePCIRequestsPayloadFields {
  readonly instance_uuid: string;
  readonly requests: readonly NovaObject<'InstancePCIRequestPayload'>[];
}

/** InstancePayload 1.8 */
export interface InstancePayloadFields {
  readonly action_initiator_project: string | null;
  readonly action_initiator_user: string | null;
  readonly architecture: string | null;
  readonly auto_disk_config: DiskConfig;
  readonly availability_zone: string | null;
  readonly block_devices: readonly NovaObject<'BlockDevicePayload'>[] | null;
  readonly created_at: Date | null;
  readonly deleted_at: Date | null;
  readonly display_description: string | null;
  readonly display_name: string | null;
  readonly flavor: NovaObject<'FlavorPayload'>;
  readonly host: string | null;
  readonly host_name: string | null;
  readonly image_uuid: string | null;
  readonly ip_addresses: readonly NovaObject<'IpPayload'>[];
  readonly kernel_id: string | null;
  readonly key_name: string | null;
  readonly launched_at: Date | null;
  readonly locked: boolean;
  readonly locked_reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly node: string | null;
  readonly os_type: string | null;
  readonly power_state: InstancePowerState | null;
  readonly progress: number | null;
  readonly ramdisk_id: string | null;
  readonly request_id: string | null;
  readonly reservation_id: string | null;
  readonly state: InstanceState | null;
  readonly task_state: InstanceTaskState | null;
  readonly tenant_id: string | null;
  readonly terminated_at: Date | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly uuid: string;
}

/** InstanceStateUpdatePayload 1.0 */
export interface InstanceStateUpdatePayloadFields {
  readonly new_task_state: string | null;
  readonly old_state: string | null;
  readonly old_task_state: string | null;
  readonly state: string | null;
}

/** InstanceUpdatePayload 2.0 */
export interface InstanceUpdatePayloadFields {
  readonly action_initiator_project: string | null;
  readonly action_initiator_user: string | null;
  readonly architecture: string | null;
  readonly audit_period: NovaObject<'AuditPeriodPayload'>;
  readonly auto_disk_config: DiskConfig;
  readonly availability_zone: string | null;
  readonly block_devices: readonly NovaObject<'BlockDevicePayload'>[] | null;
  readonly created_at: Date | null;
  readonly deleted_at: Date | null;
  readonly display_description: string | null;
  readonly display_name: string | null;
  readonly flavor: NovaObject<'FlavorPayload'>;
  readonly host: string | null;
  readonly host_name: string | null;
  readonly image_uuid: string | null;
  readonly ip_addresses: readonly NovaObject<'IpPayload'>[];
  readonly kernel_id: string | null;
  readonly key_name: string | null;
  readonly launched_at: Date | null;
  readonly locked: boolean;
  readonly locked_reason: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly node: string | null;
  readonly old_display_name: string | null;
  readonly os_type: string | null;
  readonly power_state: InstancePowerState | null;
  readonly progress: number | null;
  readonly ramdisk_id: string | null;
  readonly request_id: string | null;
  readonly reservation_id: string | null;
  readonly state: InstanceState | null;
  readonly state_update: NovaObject<'InstanceStateUpdatePayload'>;
  readonly tags: readonly string[];
  readonly task_state: InstanceTaskState | null;
  readonly tenant_id: string | null;
  readonly terminated_at: Date | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly uuid: string;
}

/** IpPayload 1.0 */
export interface IpPayloadFields {
  readonly address: string;
  readonly device_name: string | null;
  readonly label: string;
  readonly mac: string;
  readonly meta: Readonly<Record<string, string>>;
  readonly port_uuid: string | null;
  readonly version: number;
}

/** KeyPair 1.4 */
export interface KeyPairFields {
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly fingerprint: string | null;
  readonly id: number;
  readonly name: string;
  readonly public_key: string | null;
  readonly type: string;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
}

/** KeyPairList 1.3 */
export interface KeyPairListFields {
  readonly objects: readonly NovaObject<'KeyPair'>[];
}

/** KeypairPayload 1.0 */
export interface KeypairPayloadFields {
  readonly fingerprint: string | null;
  readonly name: string;
  readonly public_key: string | null;
  readonly type: string;
  readonly user_id: string | null;
}

/** LibvirtErrorPayload 1.0 */
export interface LibvirtErrorPayloadFields {
  readonly ip: string;
  readonly reason: NovaObject<'ExceptionPayload'>;
}

/** LibvirtLiveMigrateBDMInfo 1.1 */
export interface LibvirtLiveMigrateBDMInfoFields {
  readonly boot_index: number | null;
  readonly bus: string;
  readonly connection_info_json: string;
  readonly dev: string;
  readonly encryption_secret_uuid: string | null;
  readonly format: string | null;
  readonly serial: string;
  readonly type: string;
}

/** LibvirtLiveMigrateData 1.10 */
export interface LibvirtLiveMigrateDataFields {
  readonly bdms: readonly NovaObject<'LibvirtLiveMigrateBDMInfo'>[];
  readonly block_migration: boolean;
  readonly disk_available_mb: number | null;
  readonly disk_over_commit: boolean;
  readonly dst_numa_info: NovaObject<'LibvirtLiveMigrateNUMAInfo'>;
  readonly dst_supports_numa_live_migration: boolean;
  readonly dst_wants_file_backed_memory: boolean;
  readonly file_backed_memory_discard: boolean;
  readonly filename: string;
  readonly graphics_listen_addr_spice: string | null;
  readonly graphics_listen_addr_vnc: string | null;
  readonly image_type: string;
  readonly instance_relative_path: string;
  readonly is_shared_block_storage: boolean;
  readonly is_shared_instance_path: boolean;
  readonly is_volume_backed: boolean;
  readonly migration: NovaObject<'Migration'>;
  readonly old_vol_attachment_ids: Readonly<Record<string, string>>;
  readonly serial_listen_addr: string | null;
  readonly serial_listen_ports: readonly number[];
  readonly src_supports_native_luks: boolean;
  readonly src_supports_numa_live_migration: boolean;
  readonly supported_perf_events: readonly string[];
  readonly target_connect_addr: string | null;
  readonly vifs: readonly NovaObject<'VIFMigrateData'>[];
  readonly wait_for_vif_plugged: boolean;
}

/** LibvirtLiveMigrateNUMAInfo 1.0 */
export interface LibvirtLiveMigrateNUMAInfoFields {
  readonly cell_pins: Readonly<Record<string, ReadonlySet<number>>>;
  readonly cpu_pins: Readonly<Record<string, ReadonlySet<number>>>;
  readonly emulator_pins: ReadonlySet<number>;
  readonly sched_priority: number;
  readonly sched_vcpus: ReadonlySet<number>;
}

/** LibvirtVPMEMDevice 1.0 */
export interface LibvirtVPMEMDeviceFields {
  readonly align: number;
  readonly devpath: string;
  readonly label: string;
  readonly name: string;
  readonly size: number;
}

/** MemoryDiagnostics 1.0 */
export interface MemoryDiagnosticsFields {
  readonly maximum: number | null;
  readonly used: number | null;
}

/** MetricPayload 1.0 */
export interface MetricPayloadFields {
  readonly name: MonitorMetricType;
  readonly numa_membw_values: Readonly<Record<string, number>> | null;
  readonly source: string;
  readonly timestamp: Date;
  readonly value: number;
}

/** MetricsPayload 1.0 */
export interface MetricsPayloadFields {
  readonly host: string;
  readonly host_ip: string;
  readonly metrics: readonly NovaObject<'MetricPayload'>[];
  readonly nodename: string;
}

/** Migration 1.7 */
export interface MigrationFields {
  readonly created_at: Date | null;
  readonly cross_cell_move: boolean;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly dest_compute: string | null;
  readonly dest_host: string | null;
  readonly dest_node: string | null;
  readonly disk_processed: number | null;
  readonly disk_remaining: number | null;
  readonly disk_total: number | null;
  readonly hidden: boolean;
  readonly id: number;
  readonly instance_uuid: string | null;
  readonly memory_processed: number | null;
  readonly memory_remaining: number | null;
  readonly memory_total: number | null;
  readonly migration_type: MigrationType;
  readonly new_instance_type_id: number | null;
  readonly old_instance_type_id: number | null;
  readonly project_id: string | null;
  readonly source_compute: string | null;
  readonly source_node: string | null;
  readonly status: string | null;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly uuid: string;
  /** Releases after 26.2.2. */
  readonly dest_compute_id: number | null;
}

/** MigrationContext 1.2 */
export interface MigrationContextFields {
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly instance_uuid: string;
  readonly migration_id: number;
  readonly new_numa_topology: NovaObject<'InstanceNUMATopology'> | null;
  readonly new_pci_devices: NovaObject<'PciDeviceList'> | null;
  readonly new_pci_requests: NovaObject<'InstancePCIRequests'> | null;
  readonly new_resources: NovaObject<'ResourceList'> | null;
  readonly old_numa_topology: NovaObject<'InstanceNUMATopology'> | null;
  readonly old_pci_devices: NovaObject<'PciDeviceList'> | null;
  readonly old_pci_requests: NovaObject<'InstancePCIRequests'> | null;
  readonly old_resources: NovaObject<'ResourceList'> | null;
  readonly updated_at: Date | null;
}

/** MigrationList 1.5 */
export interface MigrationListFields {
  readonly objects: readonly NovaObject<'Migration'>[];
}

/** MonitorMetric 1.1 */
export interface MonitorMetricFields {
  readonly name: MonitorMetricType;
  readonly numa_membw_values: Readonly<Record<string, number>> | null;
  readonly source: string;
  readonly timestamp: Date;
  readonly value: number;
}

/** MonitorMetricList 1.1 */
export interface MonitorMetricListFields {
  readonly objects: readonly NovaObject<'MonitorMetric'>[];
}

/** NUMACell 1.5 */
export interface NUMACellFields {
  readonly cpu_usage: number;
  readonly cpuset: ReadonlySet<number>;
  readonly id: number;
  readonly memory: number;
  readonly memory_usage: number;
  readonly mempages: readonly NovaObject<'NUMAPagesTopology'>[];
  readonly network_metadata: NovaObject<'NetworkMetadata'>;
  readonly pcpuset: ReadonlySet<number>;
  readonly pinned_cpus: ReadonlySet<number>;
  readonly siblings: readonly ReadonlySet<number>[];
  readonly socket: number | null;
}

/** NUMAPagesTopology 1.1 */
export interface NUMAPagesTopologyFields {
  readonly reserved: number;
  readonly size_kb: number;
  readonly total: number;
  readonly used: number;
}

/** NUMATopology 1.2 */
export interface NUMATopologyFields {
  readonly cells: readonly NovaObject<'NUMACell'>[];
}

/** NUMATopologyLimits 1.1 */
export interface NUMATopologyLimitsFields {
  readonly cpu_allocation_ratio: number;
  readonly network_metadata: NovaObject<'NetworkMetadata'>;
  readonly ram_allocation_ratio: number;
}

/** NetworkInterfaceMetadata 1.2 */
export interface NetworkInterfaceMetadataFields {
  readonly bus: NovaObject<'DeviceBus'> | NovaObject<'IDEDeviceBus'> | NovaObject<'PCIDeviceBus'> | NovaObject<'SCSIDeviceBus'> | NovaObject<'USBDeviceBus'> | NovaObject<'XenDeviceBus'>;
  readonly mac: string;
  readonly tags: readonly string[];
  readonly vf_trusted: boolean;
  readonly vlan: number;
}

/** NetworkMetadata 1.0 */
export interface NetworkMetadataFields {
  readonly physnets: ReadonlySet<string>;
  readonly tunneled: boolean;
}

/** NetworkRequest 1.3 */
export interface NetworkRequestFields {
  readonly address: string | null;
  readonly arq_uuid: string | null;
  readonly device_profile: string | null;
  readonly network_id: string | null;
  readonly pci_request_id: string | null;
  readonly port_id: string | null;
  readonly tag: string | null;
}

/** NetworkRequestList 1.1 */
export interface NetworkRequestListFields {
  readonly objects: readonly NovaObject<'NetworkRequest'>[];
}

/** NicDiagnostics 1.0 */
export interface NicDiagnosticsFields {
  readonly mac_address: string | null;
  readonly rx_drop: number | null;
  readonly rx_errors: number | null;
  readonly rx_octets: number | null;
  readonly rx_packets: number | null;
  readonly rx_rate: number | null;
  readonly tx_drop: number | null;
  readonly tx_errors: number | null;
  readonly tx_octets: number | null;
  readonly tx_packets: number | null;
  readonly tx_rate: number | null;
}

/** NotificationPublisher 2.2 */
export interface NotificationPublisherFields {
  readonly host: string;
  readonly source: NotificationSource;
}

/** PCIDeviceBus 1.0 */
export interface PCIDeviceBusFields {
  readonly address: string;
}

/** PciDevice 1.7 */
export interface PciDeviceFields {
  readonly address: string;
  readonly compute_node_id: number | null;
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly dev_id: string | null;
  readonly dev_type: PciDeviceType;
  readonly extra_info: Readonly<Record<string, string>>;
  readonly id: number;
  readonly instance_uuid: string | null;
  readonly label: string | null;
  readonly numa_node: number | null;
  readonly parent_addr: string | null;
  readonly product_id: string;
  readonly request_id: string | null;
  readonly status: PciDeviceStatus;
  readonly updated_at: Date | null;
  readonly uuid: string;
  readonly vendor_id: string;
}

/** PciDeviceList 1.3 */
export interface PciDeviceListFields {
  readonly objects: readonly NovaObject<'PciDevice'>[];
}

/** PciDevicePool 1.1 */
export interface PciDevicePoolFields {
  readonly count: number;
  readonly numa_node: number | null;
  readonly product_id: string;
  readonly tags: Readonly<Record<string, string | null>>;
  readonly vendor_id: string;
}

/** PciDevicePoolList 1.1 */
export interface PciDevicePoolListFields {
  readonly objects: readonly NovaObject<'PciDevicePool'>[];
}

/** Quotas 1.3 */
export interface QuotasFields {
  readonly project_id: string | null;
  readonly reservations: readonly string[] | null;
  readonly user_id: string | null;
}

/** QuotasNoOp 1.3 */
export interface QuotasNoOpFields {
  readonly project_id: string | null;
  readonly reservations: readonly string[] | null;
  readonly user_id: string | null;
}

/** RequestGroup 1.3 */
export interface RequestGroupFields {
  readonly aggregates: readonly (readonly string[])[];
  readonly forbidden_aggregates: ReadonlySet<string>;
  readonly forbidden_traits: ReadonlySet<string>;
  readonly in_tree: string | null;
  readonly provider_uuids: readonly string[];
  readonly requester_id: string | null;
  readonly required_traits: ReadonlySet<string>;
  readonly resources: Readonly<Record<string, number>>;
  readonly use_same_provider: boolean;
}

/** RequestLevelParams 1.1 */
export interface RequestLevelParamsFields {
  readonly root_forbidden: ReadonlySet<string>;
  readonly root_required: ReadonlySet<string>;
  readonly same_subtree: readonly (readonly string[])[];
}

/** RequestSpec 1.14 */
export interface RequestSpecFields {
  readonly availability_zone: string | null;
  readonly flavor: NovaObject<'Flavor'>;
  readonly force_hosts: readonly string[] | null;
  readonly force_nodes: readonly string[] | null;
  readonly id: number;
  readonly ignore_hosts: readonly string[] | null;
  readonly image: NovaObject<'ImageMeta'> | null;
  readonly instance_group: NovaObject<'InstanceGroup'> | null;
  readonly instance_uuid: string;
  readonly is_bfv: boolean;
  readonly limits: NovaObject<'SchedulerLimits'> | null;
  readonly network_metadata: NovaObject<'NetworkMetadata'>;
  readonly num_instances: number;
  readonly numa_topology: NovaObject<'InstanceNUMATopology'> | null;
  readonly pci_requests: NovaObject<'InstancePCIRequests'> | null;
  readonly project_id: string | null;
  readonly request_level_params: NovaObject<'RequestLevelParams'>;
  readonly requested_destination: NovaObject<'Destination'> | null;
  readonly requested_networks: NovaObject<'NetworkRequestList'>;
  readonly requested_resources: readonly NovaObject<'RequestGroup'>[] | null;
  readonly retry: NovaObject<'SchedulerRetries'> | null;
  readonly scheduler_hints: Readonly<Record<string, readonly string[]>> | null;
  readonly security_groups: NovaObject<'SecurityGroupList'>;
  readonly user_id: string | null;
}

/** RequestSpecPayload 1.1 */
export interface RequestSpecPayloadFields {
  readonly availability_zone: string | null;
  readonly flavor: NovaObject<'FlavorPayload'> | null;
  readonly force_hosts: string | null;
  readonly force_nodes: string | null;
  readonly ignore_hosts: readonly string[] | null;
  readonly image: NovaObject<'ImageMetaPayload'> | null;
  readonly image_meta: NovaObject<'ImageMetaPayload'> | null;
  readonly instance_group: NovaObject<'ServerGroupPayload'> | null;
  readonly instance_uuid: string;
  readonly num_instances: number;
  readonly numa_topology: NovaObject<'InstanceNUMATopologyPayload'> | null;
  readonly pci_requests: NovaObject<'InstancePCIRequestsPayload'> | null;
  readonly project_id: string | null;
  readonly requested_destination: NovaObject<'DestinationPayload'> | null;
  readonly retry: NovaObject<'SchedulerRetriesPayload'> | null;
  readonly scheduler_hints: Readonly<Record<string, readonly string[]>> | null;
  readonly security_groups: readonly string[];
  readonly user_id: string | null;
}

/** Resource 1.0 */
export interface ResourceFields {
  readonly identifier: string;
  readonly metadata: NovaObject<'ResourceMetadata'> | NovaObject<'LibvirtVPMEMDevice'>;
  readonly provider_uuid: string;
  readonly resource_class: string;
}

/** ResourceList 1.0 */
export interface ResourceListFields {
  readonly objects: readonly NovaObject<'Resource'>[];
}

/** ResourceMetadata 1.0 */
export interface ResourceMetadataFields {

}

/** S3ImageMapping 1.0 */
export interface S3ImageMappingFields {
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly id: number;
  readonly updated_at: Date | null;
  readonly uuid: string;
}

/** SCSIDeviceBus 1.0 */
export interface SCSIDeviceBusFields {
  readonly address: string;
}

/** SchedulerLimits 1.0 */
export interface SchedulerLimitsFields {
  readonly disk_gb: number | null;
  readonly memory_mb: number | null;
  readonly numa_topology: NovaObject<'NUMATopologyLimits'> | null;
  readonly vcpu: number | null;
}

/** SchedulerRetries 1.1 */
export interface SchedulerRetriesFields {
  readonly hosts: NovaObject<'ComputeNodeList'>;
  readonly num_attempts: number;
}

/** SchedulerRetriesPayload 1.0 */
export interface SchedulerRetriesPayloadFields {
  readonly hosts: readonly string[];
  readonly num_attempts: number;
}

/** SecurityGroup 1.2 */
export interface SecurityGroupFields {
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly description: string;
  readonly id: number;
  readonly name: string;
  readonly project_id: string;
  readonly updated_at: Date | null;
  readonly user_id: string;
  readonly uuid: string;
}

/** SecurityGroupList 1.1 */
export interface SecurityGroupListFields {
  readonly objects: readonly NovaObject<'SecurityGroup'>[];
}

/** Selection 1.1 */
export interface SelectionFields {
  readonly allocation_request: string | null;
  readonly allocation_request_version: string | null;
  readonly availability_zone: string | null;
  readonly cell_uuid: string;
  readonly compute_node_uuid: string;
  readonly limits: NovaObject<'SchedulerLimits'> | null;
  readonly nodename: string;
  readonly service_host: string;
}

/** ServerGroupPayload 1.1 */
export interface ServerGroupPayloadFields {
  readonly hosts: readonly string[] | null;
  readonly members: readonly string[] | null;
  readonly name: string | null;
  readonly policies: readonly string[] | null;
  readonly policy: string | null;
  readonly project_id: string | null;
  readonly rules: Readonly<Record<string, string>>;
  readonly user_id: string | null;
  readonly uuid: string;
}

/** Service 1.22 */
export interface ServiceFields {
  readonly availability_zone: string | null;
  readonly binary: string | null;
  readonly compute_node: NovaObject<'ComputeNode'>;
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly disabled: boolean;
  readonly disabled_reason: string | null;
  readonly forced_down: boolean;
  readonly host: string | null;
  readonly id: number;
  readonly last_seen_up: Date | null;
  readonly report_count: number;
  readonly topic: string | null;
  readonly updated_at: Date | null;
  readonly uuid: string;
  readonly version: number;
}

/** ServiceList 1.19 */
export interface ServiceListFields {
  readonly objects: readonly NovaObject<'Service'>[];
}

/** ServiceStatusPayload 1.1 */
export interface ServiceStatusPayloadFields {
  readonly availability_zone: string | null;
  readonly binary: string | null;
  readonly disabled: boolean;
  readonly disabled_reason: string | null;
  readonly forced_down: boolean;
  readonly host: string | null;
  readonly last_seen_up: Date | null;
  readonly report_count: number;
  readonly topic: string | null;
  readonly uuid: string;
  readonly version: number;
}

/** Tag 1.1 */
export interface TagFields {
  readonly resource_id: string;
  readonly tag: string;
}

/** TagList 1.1 */
export interface TagListFields {
  readonly objects: readonly NovaObject<'Tag'>[];
}

/** TaskLog 1.0 */
export interface TaskLogFields {
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly errors: number;
  readonly host: string;
  readonly id: number;
  readonly message: string;
  readonly period_beginning: Date;
  readonly period_ending: Date;
  readonly state: string;
  readonly task_items: number;
  readonly task_name: string;
  readonly updated_at: Date | null;
}

/** TaskLogList 1.0 */
export interface TaskLogListFields {
  readonly objects: readonly NovaObject<'TaskLog'>[];
}

/** TrustedCerts 1.0 */
export interface TrustedCertsFields {
  readonly ids: readonly string[];
}

/** USBDeviceBus 1.0 */
export interface USBDeviceBusFields {
  readonly address: string;
}

/** VIFMigrateData 1.0 */
export interface VIFMigrateDataFields {
  readonly host: string;
  readonly port_id: string;
  readonly profile_json: string;
  readonly source_vif: Vif;
  readonly vif_details_json: string;
  readonly vif_type: string;
  readonly vnic_type: string;
}

/** VMwareLiveMigrateData 1.0 */
export interface VMwareLiveMigrateDataFields {
  readonly cluster_name: string;
  readonly datastore_regex: string;
  readonly is_volume_backed: boolean;
  readonly migration: NovaObject<'Migration'>;
  readonly old_vol_attachment_ids: Readonly<Record<string, string>>;
  readonly vifs: readonly NovaObject<'VIFMigrateData'>[];
  readonly wait_for_vif_plugged: boolean;
}

/** VirtCPUFeature 1.0 */
export interface VirtCPUFeatureFields {
  readonly name: string;
  readonly policy: CPUFeaturePolicy | null;
}

/** VirtCPUModel 1.0 */
export interface VirtCPUModelFields {
  readonly arch: Architecture | null;
  readonly features: readonly NovaObject<'VirtCPUFeature'>[];
  readonly match: CPUMatch | null;
  readonly mode: CPUMode | null;
  readonly model: string | null;
  readonly topology: NovaObject<'VirtCPUTopology'> | null;
  readonly vendor: string | null;
}

/** VirtCPUTopology 1.0 */
export interface VirtCPUTopologyFields {
  readonly cores: number | null;
  readonly sockets: number | null;
  readonly threads: number | null;
}

/** VirtCPUTopologyPayload 1.0 */
export interface VirtCPUTopologyPayloadFields {
  readonly cores: number | null;
  readonly sockets: number | null;
  readonly threads: number | null;
}

/** VirtualInterface 1.3 */
export interface VirtualInterfaceFields {
  readonly address: string | null;
  readonly created_at: Date | null;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly id: number;
  readonly instance_uuid: string;
  readonly network_id: number;
  readonly tag: string | null;
  readonly updated_at: Date | null;
  readonly uuid: string;
}

/** VirtualInterfaceList 1.0 */
export interface VirtualInterfaceListFields {
  readonly objects: readonly NovaObject<'VirtualInterface'>[];
}

/** VolumeUsage 1.0 */
export interface VolumeUsageFields {
  readonly availability_zone: string | null;
  readonly created_at: Date | null;
  readonly curr_last_refreshed: Date | null;
  readonly curr_read_bytes: number;
  readonly curr_reads: number;
  readonly curr_write_bytes: number;
  readonly curr_writes: number;
  readonly deleted: boolean;
  readonly deleted_at: Date | null;
  readonly id: number;
  readonly instance_uuid: string | null;
  readonly project_id: string | null;
  readonly tot_last_refreshed: Date | null;
  readonly tot_read_bytes: number;
  readonly tot_reads: number;
  readonly tot_write_bytes: number;
  readonly tot_writes: number;
  readonly updated_at: Date | null;
  readonly user_id: string | null;
  readonly volume_id: string;
}

/** VolumeUsagePayload 1.0 */
export interface VolumeUsagePayloadFields {
  readonly availability_zone: string | null;
  readonly instance_uuid: string | null;
  readonly last_refreshed: Date | null;
  readonly project_id: string | null;
  readonly read_bytes: number;
  readonly reads: number;
  readonly user_id: string | null;
  readonly volume_id: string;
  readonly write_bytes: number;
  readonly writes: number;
}

/** XenDeviceBus 1.0 */
export interface XenDeviceBusFields {
  readonly address: string;
}

/** Object name -> its fields. */
export interface ObjectFields {
  Aggregate: AggregateFields;
  AggregateCachePayload: AggregateCachePayloadFields;
  AggregateList: AggregateListFields;
  AggregatePayload: AggregatePayloadFields;
  AuditPeriodPayload: AuditPeriodPayloadFields;
  BlockDeviceMapping: BlockDeviceMappingFields;
  BlockDeviceMappingList: BlockDeviceMappingListFields;
  BlockDevicePayload: BlockDevicePayloadFields;
  BuildRequest: BuildRequestFields;
  BuildRequestList: BuildRequestListFields;
  CellMapping: CellMappingFields;
  CellMappingList: CellMappingListFields;
  CellMappingPayload: CellMappingPayloadFields;
  ComputeNode: ComputeNodeFields;
  ComputeNodeList: ComputeNodeListFields;
  ComputeTaskPayload: ComputeTaskPayloadFields;
  ConsoleAuthToken: ConsoleAuthTokenFields;
  CpuDiagnostics: CpuDiagnosticsFields;
  Destination: DestinationFields;
  DestinationPayload: DestinationPayloadFields;
  DeviceBus: DeviceBusFields;
  DeviceMetadata: DeviceMetadataFields;
  Diagnostics: DiagnosticsFields;
  DiskDiagnostics: DiskDiagnosticsFields;
  DiskMetadata: DiskMetadataFields;
  EC2Ids: EC2IdsFields;
  EC2InstanceMapping: EC2InstanceMappingFields;
  EventType: EventTypeFields;
  ExceptionPayload: ExceptionPayloadFields;
  Flavor: FlavorFields;
  FlavorList: FlavorListFields;
  FlavorPayload: FlavorPayloadFields;
  HVSpec: HVSpecFields;
  HostMapping: HostMappingFields;
  HostMappingList: HostMappingListFields;
  HyperVLiveMigrateData: HyperVLiveMigrateDataFields;
  IDEDeviceBus: IDEDeviceBusFields;
  ImageMeta: ImageMetaFields;
  ImageMetaPayload: ImageMetaPayloadFields;
  ImageMetaProps: ImageMetaPropsFields;
  ImageMetaPropsPayload: ImageMetaPropsPayloadFields;
  Instance: InstanceFields;
  InstanceAction: InstanceActionFields;
  InstanceActionEvent: InstanceActionEventFields;
  InstanceActionEventList: InstanceActionEventListFields;
  InstanceActionList: InstanceActionListFields;
  InstanceActionPayload: InstanceActionPayloadFields;
  InstanceActionRebuildPayload: InstanceActionRebuildPayloadFields;
  InstanceActionRescuePayload: InstanceActionRescuePayloadFields;
  InstanceActionResizePrepPayload: InstanceActionResizePrepPayloadFields;
  InstanceActionSnapshotPayload: InstanceActionSnapshotPayloadFields;
  InstanceActionVolumePayload: InstanceActionVolumePayloadFields;
  InstanceActionVolumeSwapPayload: InstanceActionVolumeSwapPayloadFields;
  InstanceCreatePayload: InstanceCreatePayloadFields;
  InstanceDeviceMetadata: InstanceDeviceMetadataFields;
  InstanceExistsPayload: InstanceExistsPayloadFields;
  InstanceExternalEvent: InstanceExternalEventFields;
  InstanceFault: InstanceFaultFields;
  InstanceFaultList: InstanceFaultListFields;
  InstanceGroup: InstanceGroupFields;
  InstanceGroupList: InstanceGroupListFields;
  InstanceInfoCache: InstanceInfoCacheFields;
  InstanceList: InstanceListFields;
  InstanceMapping: InstanceMappingFields;
  InstanceMappingList: InstanceMappingListFields;
  InstanceNUMACell: InstanceNUMACellFields;
  InstanceNUMACellPayload: InstanceNUMACellPayloadFields;
  InstanceNUMATopology: InstanceNUMATopologyFields;
  InstanceNUMATopologyPayload: InstanceNUMATopologyPayloadFields;
  InstancePCIRequest: InstancePCIRequestFields;
  InstancePCIRequestPayload: InstancePCIRequestPayloadFields;
  InstancePCIRequests: InstancePCIRequestsFields;
  InstancePCIRequestsPayload: InstancePCIRequestsPayloadFields;
  InstancePayload: InstancePayloadFields;
  InstanceStateUpdatePayload: InstanceStateUpdatePayloadFields;
  InstanceUpdatePayload: InstanceUpdatePayloadFields;
  IpPayload: IpPayloadFields;
  KeyPair: KeyPairFields;
  KeyPairList: KeyPairListFields;
  KeypairPayload: KeypairPayloadFields;
  LibvirtErrorPayload: LibvirtErrorPayloadFields;
  LibvirtLiveMigrateBDMInfo: LibvirtLiveMigrateBDMInfoFields;
  LibvirtLiveMigrateData: LibvirtLiveMigrateDataFields;
  LibvirtLiveMigrateNUMAInfo: LibvirtLiveMigrateNUMAInfoFields;
  LibvirtVPMEMDevice: LibvirtVPMEMDeviceFields;
  MemoryDiagnostics: MemoryDiagnosticsFields;
  MetricPayload: MetricPayloadFields;
  MetricsPayload: MetricsPayloadFields;
  Migration: MigrationFields;
  MigrationContext: MigrationContextFields;
  MigrationList: MigrationListFields;
  MonitorMetric: MonitorMetricFields;
  MonitorMetricList: MonitorMetricListFields;
  NUMACell: NUMACellFields;
  NUMAPagesTopology: NUMAPagesTopologyFields;
  NUMATopology: NUMATopologyFields;
  NUMATopologyLimits: NUMATopologyLimitsFields;
  NetworkInterfaceMetadata: NetworkInterfaceMetadataFields;
  NetworkMetadata: NetworkMetadataFields;
  NetworkRequest: NetworkRequestFields;
  NetworkRequestList: NetworkRequestListFields;
  NicDiagnostics: NicDiagnosticsFields;
  NotificationPublisher: NotificationPublisherFields;
  PCIDeviceBus: PCIDeviceBusFields;
  PciDevice: PciDeviceFields;
  PciDeviceList: PciDeviceListFields;
  PciDevicePool: PciDevicePoolFields;
  PciDevicePoolList: PciDevicePoolListFields;
  Quotas: QuotasFields;
  QuotasNoOp: QuotasNoOpFields;
  RequestGroup: RequestGroupFields;
  RequestLevelParams: RequestLevelParamsFields;
  RequestSpec: RequestSpecFields;
  RequestSpecPayload: RequestSpecPayloadFields;
  Resource: ResourceFields;
  ResourceList: ResourceListFields;
  ResourceMetadata: ResourceMetadataFields;
  S3ImageMapping: S3ImageMappingFields;
  SCSIDeviceBus: SCSIDeviceBusFields;
  SchedulerLimits: SchedulerLimitsFields;
  SchedulerRetries: SchedulerRetriesFields;
  SchedulerRetriesPayload: SchedulerRetriesPayloadFields;
  SecurityGroup: SecurityGroupFields;
  SecurityGroupList: SecurityGroupListFields;
  Selection: SelectionFields;
  ServerGroupPayload: ServerGroupPayloadFields;
  Service: ServiceFields;
  ServiceList: ServiceListFields;
  ServiceStatusPayload: ServiceStatusPayloadFields;
  Tag: TagFields;
  TagList: TagListFields;
  TaskLog: TaskLogFields;
  TaskLogList: TaskLogListFields;
  TrustedCerts: TrustedCertsFields;
  USBDeviceBus: USBDeviceBusFields;
  VIFMigrateData: VIFMigrateDataFields;
  VMwareLiveMigrateData: VMwareLiveMigrateDataFields;
  VirtCPUFeature: VirtCPUFeatureFields;
  VirtCPUModel: VirtCPUModelFields;
  VirtCPUTopology: VirtCPUTopologyFields;
  VirtCPUTopologyPayload: VirtCPUTopologyPayloadFields;
  VirtualInterface: VirtualInterfaceFields;
  VirtualInterfaceList: VirtualInterfaceListFields;
  VolumeUsage: VolumeUsageFields;
  VolumeUsagePayload: VolumeUsagePayloadFields;
  XenDeviceBus: XenDeviceBusFields;
}

export type ObjectName = keyof ObjectFields;
