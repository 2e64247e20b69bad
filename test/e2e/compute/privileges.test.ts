import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Lab } from '../support/lab.js';
import { WitnessedService } from '../support/witnessed.js';

const UNIT = new URL('../../../etc/nova-compute-docker.service', import.meta.url).pathname;

/** `-all,+net_admin,…`, as setpriv wants it. */
function boundingSet(): string {
  const [, listed = ''] = /^CapabilityBoundingSet=(.*)$/m.exec(readFileSync(UNIT, 'utf8')) ?? [];
  const names = listed.split(' ').map((name) => name.replace(/^CAP_/, '').toLowerCase());
  assert.ok(names.length > 3, listed);
  return ['-all', ...names.map((name) => `+${name}`)].join(',');
}

describe("with the privileges of etc/'s systemd unit and no others", () => {
  const lab = new Lab();
  const own = lab.plane.service('compute');

  before(() => own.stop());
  after(async () => {
    await WitnessedService.giveBack(lab.plane);
    await lab.deleteAll();
  });

  it('servers with ports, config drive and image are booted, restarted, stopped and deleted', async () => {
    const under = ['setpriv', '--bounding-set', boundingSet(), '--inh-caps', '-all', '--no-new-privs'];
    const service = await WitnessedService.startUnarmed(lab.plane, undefined, '', under);
    const { networks } = await lab.rest.get<{ networks: { id: string; 'router:external': boolean }[] }>(
      'network',
      '/networks?shared=true',
    );
    const network = networks.find((one) => !one['router:external']) ?? assert.fail('no shared network');
    for (const image of (await lab.plane.docker(['images', '--quiet'])).split('\n').filter((one) => one !== '')) {
      await lab.plane.docker(['rmi', '--force', image]);
    }
    const wish = { name: 'modest', networks: [{ uuid: network.id }], more: { config_drive: true } };
    const { id } = await lab.boot(wish);
    await lab.act(id, { reboot: { type: 'HARD' } });
    await lab.reaches(id, 'ACTIVE');
    await lab.act(id, { 'os-stop': null });
    await lab.reaches(id, 'SHUTOFF');
    await lab.delete(id);
    assert.deepEqual(await lab.containersOf(id), []);
    // The plane's storage bounds no root disk, whatever the privileges.
    const lines = service
      .log()
      .split('\n')
      .filter((line) => !line.includes('Root disks are not bounded'));
    assert.doesNotMatch(lines.join('\n'), / (ERROR|WARNING) /);
  });
});
