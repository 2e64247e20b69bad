import assert from 'node:assert/strict';
import { HostOrder } from '../../../src/oslo/hosts.js';

describe('order of hosts', () => {
  const hosts = ['a', 'b', 'c'].map((hostname) => ({ hostname, port: 1, username: '', password: '' }));
  const names = (order: HostOrder): string =>
    order
      .cycle()
      .map((host) => host.hostname)
      .join('');

  it('goes round, from the one after the last that took us', () => {
    const order = new HostOrder(hosts, 'round-robin', () => 0.999);
    assert.equal(names(order), 'abc');
    order.connected(hosts[0]!);
    assert.deepEqual([names(order), names(order)], ['bca', 'bca']);
    order.connected(hosts[2]!);
    assert.equal(names(order), 'abc');
  });

  it('spreads the services at the start, and shuffles each time if told to', () => {
    assert.notEqual(names(new HostOrder(hosts, 'round-robin', () => 0)), 'abc');
    const draws = [0.999, 0.999, 0, 0, 0.999, 0.999];
    const order = new HostOrder(hosts, 'shuffle', () => draws.shift() ?? 0);
    assert.notEqual(names(order), names(order));
  });
});
