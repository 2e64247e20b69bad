import { deepEqual, equal } from 'node:assert/strict';
import { mayEnter } from '../../../src/console/guests.js';

describe('console/guests', () => {
  it('lets in those of networks and addresses; everybody when none is named', () => {
    const some = mayEnter(['192.0.2.0/24', '198.51.100.7', '2001:db8::/32']);
    deepEqual(['192.0.2.9', '::ffff:192.0.2.9', '198.51.100.7', '2001:db8::1'].map(some), [true, true, true, true]);
    deepEqual(['192.0.3.9', '::ffff:198.51.100.8', '2001:db9::1', ''].map(some), [false, false, false, false]);
    equal(mayEnter([])('203.0.113.1'), true);
  });
});
