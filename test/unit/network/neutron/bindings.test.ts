import assert from 'node:assert/strict';
import sinon from 'sinon';
import { forgetBindings, takePortsOver } from '../../../../src/network/neutron/bindings.js';
import type { NeutronParts } from '../../../../src/network/neutron/parts.js';
import { kindOf, novaNameOf } from '../../../../src/errors/kinds.js';
import type { Neutron } from '../../../../src/openstack/neutron.js';
import { portOf } from '../../../../src/openstack/neutron-records.js';
import type { Json } from '../../../../src/openstack/shape.js';
import { adminContext } from '../../../../src/oslo/index.js';
import { fakeConductor } from '../../compute/fake-conductor.js';
import { HOST, makeInstance, silent } from '../../compute/parts.js';
import { portJson } from '../shares/ports.js';

const OTHER = 'host-2';

/** A Neutron with one port, which is bound to these hosts; the first binding is the active one. */
class PortBindings {
  bindings: string[];
  readonly isMany: boolean;
  vifType = 'ovs';

  constructor(bindings: readonly string[], isMany = true) {
    this.bindings = [...bindings];
    this.isMany = isMany;
  }

  #port() {
    return portOf(portJson({ 'binding:host_id': this.bindings[0], 'binding:vif_type': this.vifType }));
  }

  parts(): NeutronParts {
    const neutron = {
      ports: () => Promise.resolve([this.#port()]),
      activateBinding: (_id: string, host: string) => {
        const isThere = this.bindings.indexOf(host) > 0;
        if (isThere) this.bindings = [host, ...this.bindings.filter((one) => one !== host)];
        return Promise.resolve(isThere);
      },
      deleteBinding: (_id: string, host: string) => {
        assert.notEqual(host, this.bindings[0], 'the active binding is deleted');
        this.bindings = this.bindings.filter((one) => one !== host);
        return Promise.resolve();
      },
      // As Neutron does: a second binding to one host cannot be.
      updatePort: (_id: string, body: Json) => {
        const host = String(body['binding:host_id']);
        assert.ok(!this.bindings.slice(1).includes(host), 'two bindings to one host');
        this.bindings[0] = host;
        return Promise.resolve(this.#port());
      },
    };
    const extensions = { has: (alias: string) => Promise.resolve(alias === 'binding-extended' && this.isMany) };
    const rest = { shares: { of: sinon.stub().resolves(new Map()) }, facts: {}, nodeUuid: () => 'node', log: silent };
    return { ...rest, extensions, host: HOST, neutron: neutron as unknown as Neutron } as unknown as NeutronParts;
  }
}

function subject() {
  const instance = makeInstance();
  const context = adminContext('33333333-3333-4333-8333-333333333333', new Date(0));
  return { instance, context, conductor: fakeConductor([], instance), signal: new AbortController().signal };
}

describe('network/neutron/bindings', () => {
  const rows: [what: string, before: string[], isMany: boolean, after: string[]][] = [
    ['the one that conductor has made counts', [OTHER, HOST], true, [HOST, OTHER]],
    ['done already', [HOST, OTHER], true, [HOST, OTHER]],
    ['conductor has made none', [OTHER], true, [HOST]],
    ['a Neutron that knows of one only', [OTHER], false, [HOST]],
  ];
  for (const [what, before, isMany, after] of rows) {
    it(`takes ports over: ${what}`, async () => {
      const world = new PortBindings(before, isMany);
      await takePortsOver(world.parts(), subject());
      assert.deepEqual(world.bindings, after);
    });
  }

  it('tells of a port that no agent here takes', async () => {
    const world = new PortBindings([OTHER, HOST]);
    world.vifType = 'binding_failed';
    await assert.rejects(takePortsOver(world.parts(), subject()), (error) => {
      return novaNameOf(error) === 'PortBindingFailed' && kindOf(error) !== 'Internal';
    });
  });

  it('removes a binding that does not count, and never the one that does', async () => {
    for (const [before, after] of [
      [[HOST, OTHER], [HOST]],
      [
        [OTHER, HOST],
        [OTHER, HOST],
      ],
      [[HOST], [HOST]],
    ] as const) {
      const world = new PortBindings(before);
      await forgetBindings(world.parts(), subject(), OTHER);
      assert.deepEqual(world.bindings, after);
    }
  });
});
