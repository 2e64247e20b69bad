import type { DriveFacts, DriveSettings } from '../facts.js';
import { has } from './versions.js';

/** meta_data.json of one version (nova/api/metadata/base.py _metadata_as_json, release 26). */
export function metaData(facts: DriveFacts, settings: DriveSettings, version: string): Record<string, unknown> {
  return {
    uuid: facts.uuid,
    ...(Object.keys(facts.metadata).length === 0 ? {} : { meta: facts.metadata }),
    ...(facts.files.length === 0 ? {} : { files: facts.files.map(({ path }, index) => fileEntry(path, index)) }),
    ...(facts.adminPassword === null ? {} : { admin_pass: facts.adminPassword }),
    ...keys(facts),
    hostname: fullHostname(facts, settings),
    name: facts.displayName,
    launch_index: facts.launchIndex,
    availability_zone: facts.availabilityZone,
    ...(has(version, '2013-04-04') ? { random_seed: facts.randomSeed } : {}),
    ...(has(version, '2015-10-15') ? { project_id: facts.projectId } : {}),
    // A container has no devices of its own to tell of. It sees its CPUs by the host's numbers.
    ...(has(version, '2016-06-30') ? { devices: [] } : {}),
    ...(has(version, '2020-10-14') ? { dedicated_cpus: facts.dedicatedCpus } : {}),
  };
}

/** Where an injected file stands in the drive. */
export function contentPath(index: number): string {
  return `/content/${String(index).padStart(4, '0')}`;
}

function fileEntry(path: string, index: number): { path: string; content_path: string } {
  return { path, content_path: contentPath(index) };
}

function keys({ keyName, keypair }: DriveFacts): Record<string, unknown> {
  if (keyName === null || keypair === null) return {};
  const { name, type, publicKey } = keypair;
  return { public_keys: { [name]: publicKey }, keys: [{ name, type, data: publicKey }] };
}

export function fullHostname({ hostname }: DriveFacts, { dhcpDomain }: DriveSettings): string {
  return dhcpDomain === '' ? hostname : `${hostname}.${dhcpDomain}`;
}
