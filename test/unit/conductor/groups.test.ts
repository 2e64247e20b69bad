import { deepEqual, equal, rejects } from 'node:assert/strict';
import { createServerGroups } from '../../../src/conductor/groups.js';
import { ConductorCalls } from '../../../src/conductor/calls.js';
import { ServiceError } from '../../../src/errors/kinds.js';
import { create } from '../../../src/objects/index.js';
import { unobserved } from '../../../src/observe/calls.js';
import type { CallRequest } from '../../../src/oslo/index.js';
import { makeRequest, silent, UUID } from '../compute/parts.js';

const GROUP = '55555555-5555-4555-8555-555555555555';

function lab(answer: (call: CallRequest) => unknown) {
  const sent: CallRequest[] = [];
  const { context } = makeRequest('x', {});
  const call = (request: CallRequest): Promise<unknown> => {
    sent.push(request);
    return Promise.resolve().then(() => answer(request));
  };
  const parts = {
    rpc: { call, cast: () => Promise.resolve(), fanout: () => Promise.resolve() },
    responseTimeoutMs: 1000,
    longTimeoutMs: 1000,
    log: silent,
    settings: { host: 'h', tracksInstanceChanges: true },
    observer: unobserved,
    ownContext: () => context,
    pause: () => Promise.resolve(),
  };
  return {
    sent,
    groups: createServerGroups(new ConductorCalls(parts, context, { signal: new AbortController().signal })),
  };
}

describe('conductor/groups', () => {
  it('finds groups by uuid, by name and by member', async () => {
    const fields = { uuid: GROUP, policy: 'anti-affinity', members: [UUID], _rules: { max_server_per_host: '3' } };
    const { sent, groups } = lab(() => create('InstanceGroup', fields));
    const found = { uuid: GROUP, policy: 'anti-affinity', maxServersPerHost: 3, members: [UUID] };
    deepEqual(await groups.ofHint(GROUP), found);
    deepEqual(await groups.ofHint('web'), found);
    deepEqual(await groups.ofInstance(UUID), found);
    deepEqual(
      sent.map(({ args }) => [args['objmethod'], args['args']]),
      [
        ['get_by_uuid', [GROUP]],
        ['get_by_name', ['web']],
        ['get_by_instance_uuid', [UUID]],
      ],
    );
  });

  it('takes one for the most of a group without rules', async () => {
    const { groups } = lab(() => create('InstanceGroup', { uuid: GROUP, policy: 'affinity', members: null }));
    deepEqual(await groups.ofInstance(UUID), { uuid: GROUP, policy: 'affinity', maxServersPerHost: 1, members: [] });
  });

  it('knows a group that is gone from other trouble', async () => {
    const failing = (name: string) => () => {
      throw new ServiceError('NotFound', name, { nova: { name } });
    };
    equal(await lab(failing('InstanceGroupNotFound')).groups.ofInstance(UUID), undefined);
    await rejects(lab(failing('InstanceNotFound')).groups.ofInstance(UUID), /InstanceNotFound/);
  });

  it('asks for hosts of the other members, and for moves', async () => {
    const { sent, groups } = lab(({ args }) =>
      args['objmethod'] === 'get_hosts'
        ? [{}, ['a', 'b']]
        : create('MigrationList', { objects: [create('Migration', { instance_uuid: UUID })] }),
    );
    const group = { uuid: GROUP, policy: null, maxServersPerHost: 1, members: [UUID, GROUP] };
    deepEqual(await groups.hostsOf(group, UUID), ['a', 'b']);
    deepEqual(sent[0]?.args['kwargs'], { exclude: [UUID] });
    deepEqual(await groups.movingTo('h', 'n'), [UUID]);
    deepEqual(sent[1]?.args['args'], ['h', 'n']);
  });
});
