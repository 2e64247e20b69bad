import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { ROUTES } from '../../../src/compute/routes/routes.js';

/** Asked of the service by itself on external events, never sent. */
const INTERNAL = new Set(['power_update']);

describe('compute/routes against the installed nova', () => {
  let nova: { served: Record<string, string[]>; sent: string[] };

  before(() => {
    const script = new URL('methods.py', import.meta.url).pathname;
    const output = execFileSync('/usr/bin/python3', [script], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    nova = JSON.parse(output) as typeof nova;
  });

  it('has a route for every method that nova-compute serves', () => {
    assert.ok(Object.keys(nova.served).length > 70);
    const missing = Object.keys(nova.served).filter((method) => !INTERNAL.has(method) && ROUTES[method] === undefined);
    assert.deepEqual(missing, []);
  });

  it('has a route for every method that nova sends', () => {
    assert.deepEqual(
      nova.sent.filter((method) => ROUTES[method] === undefined),
      [],
    );
  });

  it('looks for an instance only in methods that carry one', () => {
    const without = Object.entries(nova.served).filter(([, args]) => !args.includes('instance'));
    for (const [method] of without) {
      if (!INTERNAL.has(method)) assert.equal(ROUTES[method]?.on, 'host', method);
    }
  });
});
