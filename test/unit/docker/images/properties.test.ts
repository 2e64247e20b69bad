import { equal } from 'node:assert/strict';
import { namesCommand, registryImage } from '../../../../src/docker/images/properties.js';

describe('docker/images: properties of images', () => {
  it('tell whether a command is named', () => {
    equal(namesCommand({}), false);
    equal(namesCommand({ docker_command: ' ' }), false);
    equal(namesCommand({ docker_command: 'sh' }), true);
    equal(namesCommand({ os_command_line: 'sh' }), true);
  });

  it('refer to a registry only where there are no data: a snapshot inherits them', () => {
    const properties = { docker_image: ' registry.example/app ' };
    equal(registryImage({ properties, sizeBytes: 0 }), 'registry.example/app');
    equal(registryImage({ properties, sizeBytes: null }), 'registry.example/app');
    equal(registryImage({ properties, sizeBytes: 4096 }), 'registry.example/app');
    equal(registryImage({ properties, sizeBytes: 4097 }), undefined);
    equal(registryImage({ properties: {}, sizeBytes: 0 }), undefined);
  });
});
