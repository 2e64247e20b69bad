import type { DriveFacts, DriveFile, DriveSettings } from '../facts.js';
import { ec2MetaData } from './ec2.js';
import { contentPath, metaData } from './meta-data.js';
import { networkData } from './network-data.js';
import { EC2_VERSIONS, has, OPENSTACK_VERSIONS } from './versions.js';

/**
 * Every file of a config drive (nova/api/metadata/base.py metadata_for_config_drive, release 26), in both layouts and all
 * of their versions. `vendorData`: the operator's, any JSON object.
 */
export function driveFiles(
  facts: DriveFacts,
  settings: DriveSettings,
  vendorData: Readonly<Record<string, unknown>>,
): readonly DriveFile[] {
  const contents = facts.files.map(({ data }, index) => ({
    path: `openstack${contentPath(index)}`,
    data: Buffer.from(data, 'base64'),
  }));
  const ec2 = EC2_VERSIONS.filter((version) => !settings.skippedEc2Versions.includes(version));
  return [
    ...ec2.flatMap((version) => ec2Files(facts, settings, version)),
    ...OPENSTACK_VERSIONS.flatMap((version) => openstackFiles(facts, settings, { version, vendorData })),
    ...contents,
  ];
}

function ec2Files(facts: DriveFacts, settings: DriveSettings, version: string): readonly DriveFile[] {
  return [
    ...userData(facts, `ec2/${version}/user-data`),
    json(`ec2/${version}/meta-data.json`, ec2MetaData(facts, settings, version)),
  ];
}

function openstackFiles(
  facts: DriveFacts,
  settings: DriveSettings,
  { version, vendorData }: { readonly version: string; readonly vendorData: Readonly<Record<string, unknown>> },
): readonly DriveFile[] {
  const at = (name: string): string => `openstack/${version}/${name}`;
  return [
    json(at('meta_data.json'), metaData(facts, settings, version)),
    ...userData(facts, at('user_data')),
    ...(has(version, '2013-10-17') ? [json(at('vendor_data.json'), vendorData)] : []),
    ...(has(version, '2015-10-15') ? [json(at('network_data.json'), networkData(facts.vifs))] : []),
    ...(has(version, '2016-10-06') ? [json(at('vendor_data2.json'), { static: vendorData })] : []),
  ];
}

function userData({ userData: data }: DriveFacts, path: string): readonly DriveFile[] {
  return data === null ? [] : [{ path, data: Buffer.from(data, 'base64') }];
}

function json(path: string, value: unknown): DriveFile {
  return { path, data: Buffer.from(JSON.stringify(value)) };
}
