import assert from 'node:assert/strict';
import sinon from 'sinon';
import { createHandlers } from '../../../../src/compute/manager.js';
import { kindOf, ServiceError } from '../../../../src/errors/kinds.js';
import { create } from '../../../../src/objects/index.js';
import { fakeParts, HOST, makeInstance, makeRequest, novaError, PROVIDER, UUID } from '../parts.js';
import { ALTERNATE, build, buildArgs, newborn } from './builds.js';

describe('compute/verbs/build', () => {
  it('claims, makes the container and says ACTIVE with two saves', async () => {
    const fake = fakeParts();
    await build(fake, buildArgs(newborn()));
    assert.deepEqual(
      fake.saved.map(({ fields, expectedTask }) => [
        fields['vm_state'],
        fields['task_state'],
        fields['host'],
        expectedTask,
      ]),
      [
        ['building', 'spawning', HOST, ['scheduling', null]],
        ['active', null, undefined, ['spawning']],
      ],
    );
    assert.equal(fake.containers.create.callCount, 1);
    assert.ok(fake.containers.start.calledAfter(fake.containers.create));
    assert.deepEqual(fake.conductor.events.finish.args, [[UUID, 'compute__do_build_and_run_instance', undefined]]);
    assert.deepEqual(fake.node.buildEnded.args, [[true]]);
  });

  it('asks for its claim before it tells of its event: conductor answers one after the other', async () => {
    const fake = fakeParts();
    await build(fake, buildArgs(newborn()));
    assert.ok(fake.conductor.events.start.calledAfter(fake.conductor.instances.save));
    assert.ok(fake.conductor.events.start.calledBefore(fake.conductor.events.finish));
  });

  it('hears of an event that could not begin when its own work is done, and nobody else hears of it', async () => {
    const fake = fakeParts();
    const unheard = sinon.spy();
    process.on('unhandledRejection', unheard);
    fake.conductor.events.start.rejects(new ServiceError('Unavailable', 'conductor is away'));
    fake.containers.create.callsFake(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    await assert.rejects(build(fake, buildArgs(newborn())), /conductor is away/);
    process.off('unhandledRejection', unheard);
    assert.deepEqual([fake.containers.start.callCount, unheard.callCount], [1, 0]);
  });

  it('passes through networking when there are networks to ask for', async () => {
    const fake = fakeParts();
    await build(fake, buildArgs(newborn(), { requested_networks: null }));
    assert.deepEqual(
      fake.saved.map(({ fields }) => fields['task_state']),
      ['networking', 'spawning', null],
    );
  });

  it('asks Neutron again for ports while it does not answer, as often as the operator says', async () => {
    const fake = fakeParts();
    fake.parts = { ...fake.parts, settings: { ...fake.parts.settings, networkAllocateRetries: 2 } };
    const away = new ServiceError('Unavailable', 'Neutron is away');
    fake.networks.allocate.onCall(0).rejects(away);
    fake.networks.allocate.onCall(1).rejects(away);
    await build(fake, buildArgs(newborn(), { requested_networks: null }));
    assert.deepEqual(
      fake.networks.allocate.args.map(([request]) => (request as { isRepeated: boolean }).isRepeated),
      [false, true, true],
    );
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'active');
  });

  for (const [what, retries, error] of [
    ['away for longer', 1, new ServiceError('Unavailable', 'Neutron is away')],
    ['sure', 5, new ServiceError('Invalid', 'there is no such port')],
  ] as const) {
    it(`takes no for an answer when Neutron is ${what}`, async () => {
      const fake = fakeParts();
      fake.parts = { ...fake.parts, settings: { ...fake.parts.settings, networkAllocateRetries: retries } };
      fake.networks.allocate.rejects(error);
      await build(fake, buildArgs(newborn(), { requested_networks: null })).catch((thrown: unknown) => {
        assert.equal(thrown, error);
      });
      assert.equal(fake.networks.allocate.callCount, error.kind === 'Unavailable' ? retries + 1 : 1);
      assert.deepEqual([fake.networks.letStart.callCount, fake.networks.refuseStart.callCount], [0, 1]);
      assert.equal(fake.containers.remove.callCount, 1);
    });
  }

  for (const { own, expected } of [
    { own: null, expected: ['10.0.0.5', 'fd00::5'] },
    { own: '198.51.100.1', expected: [undefined, undefined] },
  ]) {
    it(`says that a server is reached at ${own ?? 'its address on the network for that'}`, async () => {
      const fake = fakeParts();
      fake.parts = { ...fake.parts, settings: { ...fake.parts.settings, accessIpNetwork: 'public' } };
      const network = (label: string, ...ips: string[]): object => ({
        id: label,
        network: { id: label, label, subnets: ips.map((address) => ({ ips: [{ address }] })) },
      });
      fake.networks.allocate.resolves([
        network('other', '10.9.9.9'),
        network('public', '10.0.0.5', 'fd00::5'),
      ] as never);
      const instance = makeInstance({
        ...{ host: null, node: null, vm_state: 'building', task_state: 'scheduling' },
        access_ip_v4: own,
      });
      await build(fake, buildArgs(instance, { requested_networks: null }));
      const row = fake.saved.at(-1)?.fields ?? {};
      assert.deepEqual([row['vm_state'], row['access_ip_v4'], row['access_ip_v6']], ['active', ...expected]);
    });
  }

  it('does nothing for a server that was deleted before its build began', async () => {
    const fake = fakeParts();
    fake.parts = {
      ...fake.parts,
      conductorFor: () => ({
        ...fake.conductor,
        instances: { ...fake.conductor.instances, save: () => Promise.reject(novaError('InstanceNotFound')) },
      }),
    };
    await build(fake, buildArgs(newborn()));
    assert.equal(fake.containers.create.callCount, 0);
    assert.equal(fake.conductor.createFault.callCount, 0);
    assert.deepEqual(fake.allocations.remove.args, [[UUID]]);
  });

  it('keeps the first of two of a group that come at the same time: only the second one gives way', async () => {
    const fake = fakeParts();
    const group = '55555555-5555-4555-8555-555555555555';
    const friend = '66666666-6666-4666-8666-666666666666';
    const members = [UUID, friend];
    fake.conductor.groups.ofHint.resolves({ uuid: group, policy: 'anti-affinity', maxServersPerHost: 1, members });
    const here = new Set<string>();
    fake.conductor.instances.uuidsOnHost.callsFake(() => Promise.resolve([...here]));
    const { save } = fake.conductor.instances;
    const instances = {
      ...fake.conductor.instances,
      save: async (...args: Parameters<typeof save>) => {
        const [instance] = args;
        if (instance.get('host') === null) here.delete(instance.get('uuid'));
        else here.add(instance.get('uuid'));
        return save(...args);
      },
    };
    fake.parts = { ...fake.parts, conductorFor: () => ({ ...fake.conductor, instances }) };
    const hint = { retry: { num_attempts: 1, hosts: [[HOST, HOST]] }, scheduler_hints: { group } };
    const builds = members.map((uuid) => {
      const instance = makeInstance({ uuid, host: null, node: null, vm_state: 'building', task_state: 'scheduling' });
      return build(fake, buildArgs(instance, { filter_properties: hint }));
    });
    await Promise.all(builds);
    assert.deepEqual([...here], [UUID]);
    assert.deepEqual([fake.containers.create.callCount, fake.conductor.tasks.buildInstances.callCount], [1, 1]);
    assert.deepEqual(fake.allocations.remove.args, [[friend]]);
  });

  it('gives a build that may work elsewhere back: nothing stays, the allocation goes before the cast', async () => {
    const fake = fakeParts();
    fake.containers.start.rejects(new ServiceError('Unavailable', 'engine away'));
    await build(fake, buildArgs(newborn()));
    assert.equal(fake.containers.remove.callCount, 1);
    const last = fake.saved.at(-1);
    assert.deepEqual(
      [last?.fields['host'], last?.fields['node'], last?.fields['task_state']],
      [null, null, 'scheduling'],
    );
    assert.ok(fake.allocations.remove.calledBefore(fake.conductor.tasks.buildInstances));
    const [args, uniqueId] = fake.conductor.tasks.buildInstances.args[0] as [Record<string, unknown>, string];
    assert.equal(uniqueId, 'unique-1-rebuild');
    assert.deepEqual(args['host_lists'], [[ALTERNATE]]);
    assert.equal((args['filter_properties'] as { retry: { exc_reason: string } }).retry.exc_reason, 'engine away');
    assert.equal(fake.conductor.createFault.callCount, 0);
    assert.deepEqual(fake.node.buildEnded.args, [[false]]);
  });

  const aborts: [string, Record<string, unknown>, Error][] = [
    [
      'the image is at fault',
      {},
      new ServiceError('Invalid', 'not an archive', { nova: { name: 'ImageUnacceptable' } }),
    ],
    ['no host is left to try', { host_list: [] }, new ServiceError('Unavailable', 'engine away')],
    ['the host was forced', { filter_properties: {} }, new ServiceError('Unavailable', 'engine away')],
  ];
  for (const [name, special, error] of aborts) {
    it(`ends the server in ERROR with the reason when ${name}`, async () => {
      const fake = fakeParts();
      fake.images.ensure.rejects(error);
      await assert.rejects(build(fake, buildArgs(newborn(), special)), error);
      assert.equal(fake.conductor.tasks.buildInstances.callCount, 0);
      const fault = fake.conductor.createFault.args[0]?.[0] as { message: string };
      assert.equal(fault.message, error.message);
      const last = fake.saved.at(-1)?.fields;
      assert.deepEqual([last?.['vm_state'], last?.['task_state'], last?.['host']], ['error', null, null]);
      assert.deepEqual(fake.allocations.remove.args, [[UUID]]);
      assert.equal(fake.containers.remove.callCount, 1);
      const [, , failure] = fake.conductor.events.finish.args[0] as [string, string, { message: string }];
      assert.equal(failure.message, error.message);
    });
  }

  const hinted: [where: string, args: Record<string, unknown>][] = [
    ['request', { request_spec: create('RequestSpec', { scheduler_hints: { group: ['g1'] } }) }],
    ['filter properties', { filter_properties: { retry: { hosts: [] }, scheduler_hints: { group: 'g1' } } }],
  ];
  for (const [where, args] of hinted) {
    it(`gives a server back that its group does not want here: the group of the ${where}`, async () => {
      const fake = fakeParts();
      const [friend, uuid] = ['a-friend', 'the-group'];
      const group = { uuid, policy: 'anti-affinity', maxServersPerHost: 1, members: [UUID, friend] };
      fake.conductor.groups.ofHint.withArgs('g1').resolves(group);
      fake.conductor.instances.uuidsOnHost.resolves([UUID, friend]);
      await build(fake, buildArgs(newborn(), args));
      assert.equal(fake.images.ensure.callCount + fake.containers.create.callCount, 0);
      assert.equal(fake.conductor.tasks.buildInstances.callCount, 1);
    });
  }

  it('tells nobody but cleans up when the server is deleted while it is built', async () => {
    const fake = fakeParts();
    const args = buildArgs(newborn());
    const handlers = createHandlers(fake.parts);
    let reached = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (reached = resolve));
    fake.images.ensure.callsFake((_image: unknown, _context: unknown, signal: AbortSignal) => {
      reached();
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      });
    });
    const building = handlers.get('build_and_run_instance')?.(makeRequest('build_and_run_instance', args));
    await waiting;
    const deleting = handlers.get('terminate_instance')?.(
      makeRequest('terminate_instance', { instance: makeInstance({ task_state: 'deleting' }) }),
    );
    await building;
    await deleting;
    assert.equal(fake.conductor.createFault.callCount, 0);
    assert.equal(fake.containers.create.callCount, 0);
    assert.equal(fake.conductor.instances.destroy.callCount, 1);
  });

  it('leaves a build in the inbox when the service stops, and writes nothing of it', async () => {
    const fake = fakeParts();
    const stop = new AbortController();
    fake.images.ensure.callsFake(() => {
      stop.abort(new Error('stopping'));
      return Promise.reject(new Error('aborted'));
    });
    const handler = createHandlers(fake.parts).get('build_and_run_instance');
    const request = makeRequest('build_and_run_instance', buildArgs(newborn()), { signal: stop.signal });
    await assert.rejects(handler?.(request) ?? Promise.resolve(), (error) => kindOf(error) === 'Interrupted');
    assert.equal(fake.saved.length, 1);
    assert.equal(fake.containers.remove.callCount, 0);
    assert.equal(fake.conductor.events.finish.callCount, 0);
  });

  it('goes on with a build that was started before: the claim accepts where it got to', async () => {
    const fake = fakeParts();
    fake.conductor.instances.get.resolves(makeInstance({ vm_state: 'building', task_state: 'spawning' }));
    await build(fake, buildArgs(newborn()), 2);
    assert.deepEqual(fake.saved[0]?.expectedTask, [
      'scheduling',
      null,
      'networking',
      'block_device_mapping',
      'spawning',
    ]);
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'active');
  });

  it('touches nothing of a repeated build that another host has', async () => {
    const fake = fakeParts();
    fake.conductor.instances.get.resolves(
      makeInstance({ host: 'other', vm_state: 'building', task_state: 'spawning' }),
    );
    fake.allocations.of.resolves(new Map([[`${PROVIDER}-other`, {}]]));
    await build(fake, buildArgs(newborn()), 2);
    assert.equal(fake.saved.length, 0);
    assert.equal(fake.allocations.remove.callCount, 0);
    assert.equal(fake.networks.deallocate.callCount, 0);
  });
});
