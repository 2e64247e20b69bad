import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../tools/plane/machine/wait.js';
import { LiveConfig } from '../../../src/app/live.js';
import { conductorParts, ownContext } from '../../../src/app/manager.js';
import { openMessaging, type Messaging } from '../../../src/app/messaging.js';
import { parseCommandLine } from '../../../src/cli/command-line.js';
import type { Conductor } from '../../../src/compute/ports/conductor.js';
import { createConductorFor } from '../../../src/conductor/conductor.js';
import { hostFacts } from '../../../src/config/host-facts.js';
import { loadConfig } from '../../../src/config/load.js';
import { unobserved } from '../../../src/observe/calls.js';
import { memoryLog } from '../../double/logger.js';
import { Lab } from '../support/lab.js';
import { WitnessedService } from '../support/witnessed.js';

const never = new AbortController().signal;

describe('periodic work', () => {
  const lab = new Lab();
  const own = lab.plane.service('compute');
  let service: WitnessedService | undefined;

  beforeEach(() => own.stop());
  afterEach(async () => {
    await WitnessedService.giveBack(lab.plane);
    await lab.deleteAll();
  });

  const containers = async (): Promise<readonly string[]> => {
    return (await lab.plane.docker(['ps', '--all', '--format', '{{.Names}}'])).split('\n');
  };

  it('removes what is left of a server that nova-api deleted while the service was away', async () => {
    await own.start();
    const { id } = await lab.boot({ name: 'forgotten' });
    await own.stop();
    const services = await lab.rest.get<{ services: { id: string; host: string }[] }>(
      'compute',
      '/os-services?binary=nova-compute',
      lab.latest,
    );
    const mine = services.services.find(({ host }) => host === lab.plane.host) ?? assert.fail('no service');
    const force = (isDown: boolean): Promise<unknown> => {
      const body = { forced_down: isDown };
      return lab.rest.ask({ api: 'compute', method: 'PUT', path: `/os-services/${mine.id}`, body, ...lab.latest });
    };
    await force(true);
    try {
      await lab.delete(id);
      assert.deepEqual(await lab.containersOf(id), [`nova-${id}`]);
    } finally {
      await force(false);
    }
    service = await WitnessedService.start(lab.plane, undefined, '[DEFAULT]\nperiodic_fuzzy_delay = 0\n');
    await until(async () => (await lab.containersOf(id)).length === 0, { what: 'the container to go', signal: never });
  });

  it('tells of orphans, and removes ours, and only ours, once the operator wants it: at SIGHUP', async () => {
    const options = (action: string): string =>
      `[DEFAULT]\nperiodic_fuzzy_delay = 0\n[docker]\norphan_poll_interval = 1\norphan_action = ${action}\n`;
    await own.start();
    const { id } = await lab.boot({ name: 'lender' });
    const image = await lab.plane.docker(['inspect', '--format', '{{.Image}}', `nova-${id}`]);
    const [ours, foreign] = [randomUUID(), randomUUID()];
    for (const [uuid, host] of [
      [ours, lab.plane.host],
      [foreign, 'another-host'],
    ] as const) {
      const labels = { instance_uuid: uuid, project_id: 'p', host, role: 'main', format: '1' };
      const words = Object.entries(labels).flatMap(([name, value]) => [
        '--label',
        `org.openstack.nova.${name}=${value}`,
      ]);
      await lab.plane.docker(['create', '--name', `nova-${uuid}`, '--network', 'none', ...words, image.trim()]);
    }
    await own.stop();
    try {
      service = await WitnessedService.start(lab.plane, undefined, options('log'));
      const { log } = { log: () => service?.log() ?? '' };
      await until(() => log().includes(ours), { what: 'the orphan to be told of', signal: never });
      assert.ok((await containers()).includes(`nova-${ours}`));
      await service.reload(options('remove'));
      await until(async () => !(await containers()).includes(`nova-${ours}`), {
        what: 'the orphan to be removed',
        signal: never,
      });
      assert.ok((await containers()).includes(`nova-${foreign}`), 'the container of another host stays');
      assert.ok((await containers()).includes(`nova-${id}`), 'a server of ours stays');
      assert.ok(!log().includes(foreign));
    } finally {
      await lab.plane.docker(['rm', '--force', `nova-${ours}`, `nova-${foreign}`]);
    }
  });
});

describe('what periodic work asks of conductor', () => {
  const lab = new Lab();
  const folder = mkdtempSync(join(tmpdir(), 'ncd-chores-'));
  let messaging: Messaging;
  let conductor: Conductor;

  before(async () => {
    const file = join(lab.plane.folder, 'etc', lab.plane.host, 'nova.conf');
    const { config } = loadConfig({
      arguments: parseCommandLine(['--config-file', file]).configArguments,
      commandLine: [],
      environment: { OS_DEFAULT__STATE_PATH: folder },
      facts: await hostFacts(),
    });
    messaging = await openMessaging(config, memoryLog());
    const parts = conductorParts(new LiveConfig(config), messaging.client, unobserved, memoryLog());
    conductor = createConductorFor(parts)(ownContext(), { signal: never, timeoutMs: 60_000 });
  });
  after(async () => {
    await messaging.client.close();
    await messaging.transport.close();
    await messaging.inbox.close();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => lab.deleteAll());

  it('finds instances by what is known of them, living and deleted', async () => {
    const { host } = lab.plane;
    const { id } = await lab.boot({ name: 'sought' });
    const uuids = async (filter: Parameters<typeof conductor.instances.find>[0]): Promise<readonly string[]> =>
      (await conductor.instances.find(filter, ['system_metadata'])).map((one) => one.get('uuid'));
    assert.deepEqual(await uuids({ host, vmState: 'active', task: null }), [id]);
    assert.deepEqual(await uuids({ host, vmState: 'active', task: ['rebooting', 'rebooting_hard'] }), []);
    assert.deepEqual(await uuids({ uuids: [id, randomUUID()] }), [id]);
    assert.deepEqual(await uuids({ uuids: [] }), []);
    const span = { begin: new Date(Date.now() - 3_600_000), end: new Date(Date.now() + 60_000) };
    const active = async (): Promise<readonly string[]> =>
      (await conductor.instances.activeIn(span, host, [])).map((one) => one.get('uuid'));
    assert.ok((await active()).includes(id));
    await lab.delete(id);
    assert.deepEqual(await uuids({ uuids: [id] }), []);
    assert.deepEqual(await uuids({ uuids: [id], deleted: 'either' }), [id]);
    assert.ok((await active()).includes(id), 'a server that is deleted had run');
    const [gone] = await conductor.instances.find({ host, uuids: [id], deleted: true, cleaned: false }, []);
    assert.ok(gone?.get('deleted_at') instanceof Date);
  });

  it('writes down that a period is audited', async () => {
    const end = new Date(Date.now() - (Date.now() % 1000));
    const period = { begin: new Date(end.getTime() - 1000), end };
    assert.equal(await conductor.usageAudits.isDone(period), false);
    await conductor.usageAudits.begin(period, 3);
    await conductor.usageAudits.begin(period, 3);
    assert.equal(await conductor.usageAudits.isDone(period), false);
    await conductor.usageAudits.end(period, { errors: 1, message: 'done' });
    assert.equal(await conductor.usageAudits.isDone(period), true);
    await conductor.consoleTokens.cleanExpired();
  });
});
