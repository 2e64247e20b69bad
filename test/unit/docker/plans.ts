import type {
  ContainerPlan,
  EphemeralDisk,
  FlavorFacts,
  GuestContent,
  GuestFile,
  ImageDefaults,
} from '../../../src/compute/ports/containers.js';
import type { InstanceSettings } from '../../../src/settings/catalogue.js';
import type { Logger } from '../../../src/observe/logger.js';
import { SAFE_CAPABILITIES, type ContainerSettings } from '../../../src/docker/settings.js';

export const UUID = '0a1b2c3d-1111-4222-8333-444455556666';

export const SETTINGS: ContainerSettings = {
  host: 'node-1',
  runtime: null,
  allowedRuntimes: [],
  allowPrivileged: false,
  allowedDevices: [],
  sharedCpus: null,
  lxcfsFolder: '',
  pidsLimit: 512,
  logMaxBytes: 10_485_760,
  logMaxFiles: 2,
  capabilities: SAFE_CAPABILITIES,
  noNewPrivileges: true,
  unlimitedRootDisk: 'warn',
  cpuHardLimit: true,
  stopTimeoutMs: 10_000,
};

const FLAVOR: FlavorFacts = {
  name: 'm1.tiny',
  flavorId: '1',
  vcpus: 1,
  memoryMb: 64,
  swapMb: 0,
  rootGb: 1,
  ephemeralGb: 0,
  extraSpecs: {},
};

export interface PlanChanges {
  readonly uuid?: string;
  readonly flavor?: Partial<FlavorFacts>;
  readonly hostname?: string;
  readonly reference?: string;
  readonly imageProperties?: Readonly<Record<string, string>>;
  readonly defaults?: Partial<ImageDefaults>;
  readonly settings?: InstanceSettings;
  readonly cpus?: readonly number[];
  readonly contents?: readonly GuestContent[];
  readonly files?: readonly GuestFile[];
  readonly ephemeralDisks?: readonly EphemeralDisk[];
}

/** A plan of a small instance, with what a test wants otherwise. */
export function planOf(changes: PlanChanges = {}): ContainerPlan {
  const uuid = changes.uuid ?? UUID;
  return {
    key: { instanceUuid: uuid, role: 'main' },
    instance: {
      uuid,
      guestName: 'instance-00000001',
      hostname: changes.hostname ?? 'web-1',
      displayName: 'web 1',
      projectId: 'project-1',
      userId: 'user-1',
      availabilityZone: null,
      imageRef: 'image-1',
      flavor: { ...FLAVOR, ...changes.flavor },
      metadata: {},
      imageProperties: changes.imageProperties ?? {},
    },
    image: {
      imageId: 'image-1',
      reference: changes.reference ?? 'nova-image/image-1:sha512-00',
      defaults: {
        entrypoint: [],
        command: ['/bin/sleep', '1000'],
        labels: {},
        variables: [],
        volumes: [],
        ...changes.defaults,
      },
      sizeBytes: 1,
    },
    settings: changes.settings ?? {},
    cpus: changes.cpus ?? null,
    ...listsOf(changes),
  };
}

function listsOf({ files, contents, ephemeralDisks }: PlanChanges) {
  return { files: files ?? [], contents: contents ?? [], ephemeralDisks: ephemeralDisks ?? [] };
}

/** A log that keeps what is written. */
export function keptLog(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const write =
    (level: string) =>
    (message: string): void => {
      lines.push(`${level}: ${message}`);
    };
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
