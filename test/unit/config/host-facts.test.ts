import assert from 'node:assert/strict';
import { isIPv4 } from 'node:net';
import { hostname } from 'node:os';
import { hostFacts } from '../../../src/config/host-facts.js';

describe('config/host-facts', () => {
  it('knows the name and an address of this machine', async () => {
    const facts = await hostFacts();
    assert.equal(facts.hostname, hostname());
    assert.ok(isIPv4(facts.ipv4), facts.ipv4);
  });
});
