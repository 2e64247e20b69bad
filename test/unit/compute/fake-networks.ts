import sinon from 'sinon';
import type { GuestFile } from '../../../src/compute/ports/containers.js';
import type { AwaitedEvent } from '../../../src/compute/waiters.js';
import type { Vif } from '../../../src/objects/index.js';

/** A network that does all that it is asked for, to servers without ports. */
export function fakeNetworks() {
  return {
    allocate: sinon.stub().resolves([]),
    deallocate: sinon.stub().resolves(),
    awaited: sinon.stub<[readonly Vif[]], AwaitedEvent[]>().returns([]),
    holdStart: sinon.stub().resolves(true),
    leave: sinon.stub().resolves(),
    letStart: sinon.stub().resolves(),
    refuseStart: sinon.stub().resolves(),
    allowStart: sinon.stub().resolves(),
    plug: sinon.stub().resolves(),
    unplug: sinon.stub().resolves(),
    mute: sinon.stub().resolves(),
    unmute: sinon.stub().resolves(),
    muted: sinon.stub<[], Promise<readonly string[]>>().resolves([]),
    checkHeld: sinon.stub().resolves(),
    held: sinon.stub<[], Promise<readonly string[]>>().resolves([]),
    guestFiles: sinon.stub<[string], GuestFile[]>().returns([]),
    recorded: sinon.stub().resolves([]),
    bind: sinon.stub().resolves([]),
    bindTo: sinon.stub().resolves(),
    takeOver: sinon.stub().resolves([]),
    forgetBindings: sinon.stub().resolves(),
    refresh: sinon.stub().resolves([]),
    renew: sinon.stub().resolves(),
    attach: sinon.stub().resolves([]),
    apply: sinon.stub().resolves(),
    detach: sinon.stub().resolves(),
    portVanished: sinon.stub().resolves(),
    addFixedIp: sinon.stub().resolves(),
    removeFixedIp: sinon.stub().resolves(),
  };
}
