import assert from 'node:assert/strict';
import { POWER_STATE } from '../../../../../src/compute/ports/containers.js';
import { ServiceError } from '../../../../../src/errors/kinds.js';
import { create } from '../../../../../src/objects/index.js';
import { vif } from '../../../network/vifs.js';
import { containerState, fakeParts, HOST } from '../../parts.js';
import { migrateData, OTHER, run, type Asked, type Fake } from './scene.js';

const MIB = 2 ** 20;
const ABILITY = { engine: '26.1.5', criu: '4.1.1', kernel: '6.12.0', cpuFlags: ['avx', 'sse'] };

/** Of the host that the server is to go to; the other one agrees. */
function target(): Fake {
  const fake = fakeParts();
  fake.containers.state.resolves(undefined);
  fake.conductor.peers.call.callsFake(({ args }: { args: Record<string, unknown> }) =>
    Promise.resolve(args['dest_check_data']),
  );
  return fake;
}

function source(usedMib = 16): Fake {
  const fake = fakeParts();
  fake.containers.usage.resolves({ memoryBytes: usedMib * MIB });
  return fake;
}

function isPreCheckError(text: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof ServiceError);
    assert.equal(error.nova?.name, 'MigrationPreCheckError');
    assert.match(error.message, /^Migration pre-check error: /);
    assert.match(error.message, text);
    return true;
  };
}

describe('compute/verbs/live-migration: whether a server can go', () => {
  const asked: Asked = { to: HOST, isCall: true };
  const check = (fake: Fake, more: Partial<Asked> = {}) =>
    run(fake, 'check_can_live_migrate_destination', { ...asked, ...more });

  it('asks the host that it is on, and tells conductor of its ports', async () => {
    const fake = target();
    fake.networks.recorded.resolves([vif({ id: 'port-1' })]);
    const data = (await check(fake)) as ReturnType<typeof migrateData>;
    const [[sent]] = fake.conductor.peers.call.args as [[{ host: string; method: string; args: object }]];
    assert.deepEqual([sent.host, sent.method], [OTHER, 'check_can_live_migrate_source']);
    assert.deepEqual((sent.args as { ability: unknown }).ability, ABILITY);
    assert.deepEqual(
      data.get('vifs').map((one) => [one.get('port_id'), one.get('source_vif').id]),
      [['port-1', 'port-1']],
    );
    assert.deepEqual([data.get('is_shared_instance_path'), data.get('is_volume_backed')], [false, false]);
  });

  const refusals: [what: string, text: RegExp, prepare: (fake: Fake) => void, more?: Partial<Asked>][] = [
    [
      'the option is off',
      /error: Running containers are not moved between hosts\.$/,
      (fake) =>
        fake.checkpoints.ability.rejects(
          new ServiceError('Unsupported', 'Running containers are not moved between hosts.'),
        ),
    ],
    [
      'it has volumes',
      /attaches no volumes/,
      (fake) =>
        fake.conductor.blockDevices.ofInstance.resolves([
          create('BlockDeviceMapping', { destination_type: 'volume', boot_index: 1 }),
        ]),
    ],
    [
      'what is set of it is refused here',
      /docker_privileged/,
      () => undefined,
      { row: { system_metadata: { image_docker_privileged: 'true' } } },
    ],
    [
      'of its group',
      /Anti-affinity/,
      (fake) => {
        fake.conductor.groups.ofInstance.resolves({
          ...{ uuid: 'g', policy: 'anti-affinity', maxServersPerHost: 1, members: ['friend'] },
        });
        fake.conductor.instances.uuidsOnHost.resolves(['friend']);
      },
    ],
    [
      'a container of it stands here',
      /stands on the host already/,
      (fake) => fake.containers.state.resolves(containerState()),
    ],
    [
      'the other host says so, in its words',
      /error: the other one$/,
      (fake) =>
        fake.conductor.peers.call.rejects(
          new ServiceError('Unsupported', 'Migration pre-check error: the other one', {
            nova: { name: 'MigrationPreCheckError' },
          }),
        ),
    ],
    [
      'the other host does not answer',
      /nobody there/,
      (fake) => fake.conductor.peers.call.rejects(new ServiceError('Timeout', 'nobody there')),
    ],
    ['the other host is another kind', /not one of this service/, (fake) => fake.conductor.peers.call.resolves(null)],
  ];
  for (const [what, text, prepare, more] of refusals) {
    it(`is refused because ${what}; nothing was touched`, async () => {
      const fake = target();
      prepare(fake);
      await assert.rejects(check(fake, more), isPreCheckError(text));
      assert.deepEqual([fake.saved, fake.networks.plug.callCount, fake.containers.create.callCount], [[], 0, 0]);
    });
  }

  const checkSource = (fake: Fake, ability: unknown = ABILITY) =>
    run(fake, 'check_can_live_migrate_source', {
      ...{ to: OTHER, isCall: true },
      args: { dest_check_data: migrateData(), ability },
    });

  it('is agreed to by the host that it is on', async () => {
    assert.ok(await checkSource(source()));
  });

  const ours: [what: string, text: RegExp, fake: () => Fake, ability?: unknown][] = [
    ['the other host cannot take it up', /CRIU 3\.17 is older/, source, { ...ABILITY, criu: '3.17' }],
    ['the other host is of before', /does not tell/, source, null],
    [
      'it is paused',
      /is paused; unpause/,
      () => {
        const fake = source();
        fake.containers.state.resolves(containerState(POWER_STATE.PAUSED));
        return fake;
      },
    ],
    [
      'it does not run',
      /does not run/,
      () => {
        const fake = source();
        fake.containers.state.resolves(containerState(POWER_STATE.SHUTDOWN));
        return fake;
      },
    ],
    [
      'its container is gone',
      /removed outside of Nova/,
      () => {
        const fake = source();
        fake.containers.state.resolves(undefined);
        return fake;
      },
    ],
    ['it uses too much memory', /uses 300 MiB of memory.*live_migration_max_memory_mb.* is 256 MiB/, () => source(300)],
  ];
  for (const [what, text, make, ability = ABILITY] of ours) {
    it(`is refused by the host that it is on because ${what}`, async () => {
      await assert.rejects(checkSource(make(), ability), isPreCheckError(text));
    });
  }

  it('is looked at once more when it is about to come, and its image is fetched while it runs', async () => {
    const fake = target();
    await run(fake, 'pre_live_migration', { to: HOST, isCall: true });
    assert.deepEqual(
      fake.images.cache.args.map(([id]) => id as string),
      ['image-1'],
    );
    assert.deepEqual([fake.networks.plug.callCount, fake.containers.create.callCount, fake.saved], [0, 0, []]);
    fake.images.cache.rejects(new ServiceError('NotFound', 'deleted'));
    await run(fake, 'pre_live_migration', { to: HOST, isCall: true });
    fake.containers.state.resolves(containerState());
    await assert.rejects(run(fake, 'pre_live_migration', { to: HOST, isCall: true }), /stands on the host already/);
  });
});
