import { deepEqual, equal } from 'node:assert/strict';
import sinon from 'sinon';
import { checkGroupPolicy } from '../../../src/compute/group-policy.js';
import type { InstanceOperation } from '../../../src/compute/operation.js';
import type { ServerGroup } from '../../../src/compute/ports/conductor.js';
import { kindOf, novaNameOf } from '../../../src/errors/kinds.js';
import { fakeParts, HOST, makeInstance, makeRequest, silent, UUID } from './parts.js';

const GROUP = '55555555-5555-4555-8555-555555555555';
const FRIEND = '66666666-6666-4666-8666-666666666666';
const FOE = '77777777-7777-4777-8777-777777777777';

function group(policy: string, changes: Partial<ServerGroup> = {}): ServerGroup {
  return { uuid: GROUP, policy, maxServersPerHost: 1, members: [UUID, FRIEND], ...changes };
}

function lab(found: ServerGroup | undefined, settings: Partial<InstanceOperation['parts']['settings']> = {}) {
  const { parts, conductor } = fakeParts();
  conductor.groups.ofHint.resolves(found);
  conductor.groups.ofInstance.resolves(found);
  const instance = makeInstance();
  const op: InstanceOperation = {
    parts: { ...parts, settings: { ...parts.settings, ...settings } },
    request: makeRequest('build_and_run_instance', { instance }),
    attempt: 1,
    conductor,
    signal: new AbortController().signal,
    log: silent,
    instance,
  };
  return { op, conductor };
}

/** `fine`, or what the check threw. */
async function verdict(op: InstanceOperation, ...[hint]: [hint?: string | null]): Promise<string> {
  try {
    await checkGroupPolicy(op, hint);
    return 'fine';
  } catch (error) {
    return `${kindOf(error)} ${novaNameOf(error)}: ${(error as Error).message}`;
  }
}

const APART = 'Conflict GroupAffinityViolation: Anti-affinity instance group policy was violated';
const TOGETHER = 'Conflict GroupAffinityViolation: Affinity instance group policy was violated';

describe('compute/group-policy', () => {
  const apart: [what: string, here: string[], coming: string[], changes: Partial<ServerGroup>, outcome: string][] = [
    ['alone', [UUID, FOE], [], {}, 'fine'],
    ['beside one of the group', [UUID, FRIEND], [], {}, APART],
    ['beside one that is on its way', [UUID], [FRIEND], {}, APART],
    ['on its own way', [UUID], [UUID], {}, 'fine'],
    ['beside one of two that are allowed', [UUID, FRIEND], [FRIEND], { maxServersPerHost: 2 }, 'fine'],
    ['as the third of two', [FRIEND, FOE], [], { maxServersPerHost: 2, members: [UUID, FRIEND, FOE] }, APART],
  ];
  for (const [what, here, coming, changes, outcome] of apart) {
    it(`keeps servers apart: ${what}`, async () => {
      const { op, conductor } = lab(group('anti-affinity', changes));
      conductor.instances.uuidsOnHost.resolves(here);
      conductor.groups.movingTo.resolves(coming);
      equal(await verdict(op, GROUP), outcome);
    });
  }

  const together: [what: string, hosts: string[], outcome: string][] = [
    ['the first', [], 'fine'],
    ['with the others', ['elsewhere', HOST], 'fine'],
    ['away from the others', ['elsewhere'], TOGETHER],
  ];
  for (const [what, hosts, outcome] of together) {
    it(`keeps servers together: ${what}`, async () => {
      const { op, conductor } = lab(group('affinity'));
      conductor.groups.hostsOf.resolves(hosts);
      equal(await verdict(op, GROUP), outcome);
      sinon.assert.calledOnceWithExactly(conductor.groups.hostsOf, sinon.match({ uuid: GROUP }), UUID);
    });
  }

  it('leaves wishes to the scheduler, and groups that are gone', async () => {
    for (const found of [group('soft-anti-affinity'), group('soft-affinity'), undefined]) {
      const { op, conductor } = lab(found);
      conductor.instances.uuidsOnHost.resolves([FRIEND]);
      conductor.groups.hostsOf.resolves(['elsewhere']);
      equal(await verdict(op, GROUP), 'fine');
    }
  });

  it('asks nobody without a group, or where the operator does not want it', async () => {
    for (const { op, conductor, hint } of [
      { ...lab(group('anti-affinity')), hint: null },
      { ...lab(group('anti-affinity'), { checksGroupPolicy: false }), hint: GROUP },
    ]) {
      conductor.instances.uuidsOnHost.resolves([FRIEND]);
      equal(await verdict(op, hint), 'fine');
      sinon.assert.notCalled(conductor.groups.ofHint);
      sinon.assert.notCalled(conductor.groups.ofInstance);
    }
  });

  it('finds the group by the server where no hints came', async () => {
    const { op, conductor } = lab(group('anti-affinity'));
    conductor.instances.uuidsOnHost.resolves([FRIEND]);
    equal(await verdict(op), APART);
    sinon.assert.alwaysCalledWithExactly(conductor.groups.ofInstance, UUID);
  });

  it('takes members as they are when it is its turn, one server of a group at a time', async () => {
    const { op, conductor } = lab(undefined);
    conductor.groups.ofHint.onFirstCall().resolves(group('anti-affinity', { members: [UUID] }));
    conductor.groups.ofHint.onSecondCall().resolves(group('anti-affinity'));
    conductor.instances.uuidsOnHost.resolves([UUID, FRIEND]);
    let free = (): void => undefined;
    const held = op.parts.locks.run(GROUP, () => new Promise<void>((resolve) => (free = resolve)));
    const outcome = verdict(op, GROUP);
    await Promise.resolve();
    deepEqual([conductor.instances.uuidsOnHost.called, op.parts.locks.isBusy(GROUP)], [false, true]);
    free();
    await held;
    equal(await outcome, APART);
  });
});
