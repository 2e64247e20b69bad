"""The config drive that Nova itself makes: facts as JSON in, {path: base64} as JSON out. For /usr/bin/python3."""
import base64
import json
import sys
from unittest import mock

from nova.api.metadata import base
from nova import conf
from nova import objects
from nova.network import model

CONF = conf.CONF


def drive(facts, settings):
    objects.register_all()
    CONF([], project='nova', default_config_files=[])
    CONF.set_override('dhcp_domain', settings['dhcpDomain'], 'api')
    CONF.set_override('config_drive_skip_versions', ' '.join(settings['skippedEc2Versions']), 'api')
    ec2 = facts['ec2']
    keypair = facts['keypair']
    pairs = [objects.KeyPair(name=keypair['name'], type=keypair['type'], public_key=keypair['publicKey'])] if keypair else []
    vifs = model.NetworkInfo.hydrate(facts['vifs'])
    instance = objects.Instance(
        uuid=facts['uuid'], id=1, hostname=facts['hostname'], display_name=facts['displayName'],
        launch_index=facts['launchIndex'], availability_zone=facts['availabilityZone'], project_id=facts['projectId'],
        metadata=facts['metadata'], system_metadata={}, key_name=facts['keyName'], key_data=facts['keyData'],
        user_data=facts['userData'], reservation_id=ec2['reservationId'], root_device_name=ec2['blockDevices']['root'],
        default_ephemeral_device=None, default_swap_device=None, numa_topology=None, device_metadata=None,
        keypairs=objects.KeyPairList(objects=pairs),
        ec2_ids=objects.EC2Ids(instance_id=ec2['instanceId'], ami_id=ec2['imageId'], kernel_id=ec2['kernelId'],
                               ramdisk_id=ec2['ramdiskId']),
        flavor=objects.Flavor(name=facts['flavorName']),
        info_cache=objects.InstanceInfoCache(instance_uuid=facts['uuid'], network_info=vifs))
    groups = [{'name': name} for name in ec2['securityGroups']]
    content = [(one['path'], base64.b64decode(one['data'])) for one in facts['files']]
    extra = {'admin_pass': facts['adminPassword']} if facts['adminPassword'] else {}
    with mock.patch('nova.network.security_group_api.get_instance_security_groups', return_value=groups), \
            mock.patch.object(objects.Instance, 'get_bdms', return_value=[]):
        metadata = base.InstanceMetadata(instance, content=content, extra_md=extra, network_info=vifs)
        return {path: base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()
                for path, data in metadata.metadata_for_config_drive()}


cases = json.load(sys.stdin)
json.dump([drive(one['facts'], one['settings']) for one in cases], sys.stdout)
