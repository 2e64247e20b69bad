import type { FieldName, Instance } from '../objects/index.js';
import type { Belongings, DriveWish } from '../compute/ports/instance-folders.js';
import type { DriveFacts, Ec2Facts, KeyPairFacts } from './facts.js';

const MOST_FREQUENT_ROOT = { ami: 'sda1', ephemeral0: 'sda2', root: '/dev/sda1', swap: 'sda3' };

/** What a new drive tells. `instance` with ec2_ids, keypairs, flavor, metadata and security_groups. */
export function driveFacts({ instance, vifs, cpus, adminPassword, files }: DriveWish, randomSeed: string): DriveFacts {
  return {
    ...changingFacts(instance),
    uuid: instance.get('uuid'),
    launchIndex: instance.peek('launch_index') ?? null,
    projectId: instance.get('project_id'),
    flavorName: instance.get('flavor').get('name') ?? '',
    keyName: instance.peek('key_name') ?? null,
    keyData: instance.peek('key_data') ?? null,
    keypair: keypairOf(instance),
    userData: instance.peek('user_data') ?? null,
    adminPassword,
    files: files.map(({ path, data }) => ({ path, data: data.toString('base64') })),
    randomSeed,
    ec2: ec2Facts(instance),
    dedicatedCpus: cpus ?? [],
    vifs,
  };
}

/** The part that Nova could not tell again. */
export function belongingsOfDrive({ files, adminPassword, randomSeed }: DriveFacts): Belongings {
  const injectedFiles = files.map(({ path, data }) => ({ path, data: Buffer.from(data, 'base64') }));
  return { injectedFiles, adminPassword, randomSeed };
}

/** The part that changes in a server's life. */
export function changingFacts(
  instance: Instance,
): Pick<DriveFacts, 'hostname' | 'displayName' | 'availabilityZone' | 'metadata'> {
  return {
    hostname: instance.get('hostname') ?? instance.get('uuid'),
    displayName: instance.get('display_name'),
    availabilityZone: instance.get('availability_zone'),
    metadata: instance.get('metadata'),
  };
}

function keypairOf(instance: Instance): KeyPairFacts | null {
  const [first] = instance.peek('keypairs')?.get('objects') ?? [];
  if (first === undefined) return null;
  return { name: first.get('name'), type: first.get('type'), publicKey: first.get('public_key') ?? '' };
}

function ec2Facts(instance: Instance): Ec2Facts {
  return {
    ...ec2Ids(instance),
    reservationId: instance.peek('reservation_id') ?? null,
    securityGroups: (instance.peek('security_groups')?.get('objects') ?? []).map((group) => group.get('name') ?? ''),
    blockDevices: blockDevices(instance.peek('root_device_name') ?? null),
  };
}

function ec2Ids(instance: Instance): Pick<Ec2Facts, 'instanceId' | 'imageId' | 'kernelId' | 'ramdiskId'> {
  const ids = instance.peek('ec2_ids');
  const one = (field: FieldName<'EC2Ids'>): string | null => ids?.peek(field) ?? null;
  return {
    instanceId: one('instance_id'),
    imageId: one('ami_id'),
    kernelId: one('kernel_id'),
    ramdiskId: one('ramdisk_id'),
  };
}

/** nova/block_device.py instance_block_mapping, release 26, for an instance without volumes. */
function blockDevices(root: string | null): Readonly<Record<string, string>> {
  return root === null ? MOST_FREQUENT_ROOT : { ami: root.replace(/^\/dev\//, ''), root };
}
