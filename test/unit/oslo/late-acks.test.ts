import { deepEqual, equal } from 'node:assert/strict';
import type { ConsumeMessage } from 'amqplib';
import sinon from 'sinon';
import type { Session } from '../../../src/oslo/broker-connection.js';
import { LateAcks } from '../../../src/oslo/late-acks.js';

describe('acks of deliveries that may come again', () => {
  let clock: sinon.SinonFakeTimers;
  let acks: LateAcks;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    acks = new LateAcks();
  });
  afterEach(() => {
    clock.restore();
  });

  /** What is acked over its channel, as `<tag>` or `<tag> and before`. */
  function session() {
    const acked: string[] = [];
    const state = { isOpen: true };
    const channel = {
      ack: ({ fields }: ConsumeMessage, allUpTo = false) => {
        if (!state.isOpen) throw new Error('Channel closed');
        acked.push(`${fields.deliveryTag}${allUpTo ? ' and before' : ''}`);
      },
    };
    return { acked, state, session: { channel, isOpen: () => state.isOpen } as unknown as Session };
  }

  const deliver = (one: { readonly session: Session }, deliveryTag: number): void =>
    acks.add(one.session, { fields: { deliveryTag } } as ConsumeMessage);

  it('are one for all of half a second', () => {
    const one = session();
    for (const tag of [1, 2, 3]) {
      deliver(one, tag);
      clock.tick(100);
    }
    deepEqual(one.acked, []);
    clock.tick(200);
    deepEqual(one.acked, ['3 and before']);
    deliver(one, 4);
    clock.tick(500);
    deepEqual(one.acked, ['3 and before', '4 and before']);
  });

  it('wait for no more than 64', () => {
    const one = session();
    for (let tag = 1; tag <= 130; tag += 1) deliver(one, tag);
    deepEqual(one.acked, ['64 and before', '128 and before']);
    acks.flush();
    deepEqual(one.acked.at(-1), '130 and before');
    acks.flush();
    equal(one.acked.length, 3);
  });

  it('of a channel that is closing are not given, and nobody ends of it', () => {
    const one = session();
    const closing = { ...one.session, isOpen: () => true };
    one.state.isOpen = false;
    deliver({ session: closing }, 1);
    clock.tick(500);
    deepEqual(one.acked, []);
  });

  it('of a channel that is lost are not given, nor asked of another one', () => {
    const [lost, next] = [session(), session()];
    for (let tag = 1; tag <= 63; tag += 1) deliver(lost, tag);
    lost.state.isOpen = false;
    deliver(next, 1);
    deepEqual([lost.acked, next.acked], [[], []]);
    clock.tick(500);
    deepEqual([lost.acked, next.acked], [[], ['1 and before']]);
    deliver(next, 2);
    next.state.isOpen = false;
    clock.tick(500);
    deepEqual(next.acked, ['1 and before']);
  });
});
