import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createHandlers } from '../../../src/compute/manager.js';
import { ROUTES } from '../../../src/compute/routes/routes.js';
import { kindOf } from '../../../src/errors/kinds.js';
import { fakeParts, makeInstance, makeRequest } from './parts.js';

interface Row {
  readonly operation: string;
  readonly answer: string;
  readonly methods: readonly string[];
}

/** The rows of the README's feature table. */
function rows(): readonly Row[] {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, section = ''] = /## What works\n([^]*?)\n## /.exec(readme) ?? [];
  return section
    .split('\n')
    .map((text) => text.split('|').map((cell) => cell.trim()))
    .filter(([, , answer = '']) => ['yes', 'partly', 'no'].includes(answer))
    .map(([, operation = '', answer = '', , methods = '']) => {
      return { operation, answer, methods: methods.match(/\w+/g) ?? [] };
    });
}

/** Whether a route says no to whatever it is asked. */
async function isRefused(method: string): Promise<boolean> {
  const { parts } = fakeParts();
  const request = makeRequest(method, { instance: makeInstance(), ctxt: null });
  const outcome = await createHandlers(parts)
    .get(method)?.(request)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  return kindOf(outcome) === 'Unsupported';
}

describe("the README's table of what works", () => {
  it('has every method of the compute interface once', () => {
    const listed = rows().flatMap(({ methods }) => methods);
    assert.deepEqual([...listed].sort(), Object.keys(ROUTES).sort());
  });

  for (const { operation, answer, methods } of rows()) {
    it(`${operation}: ${answer}`, async () => {
      for (const method of methods) {
        assert.equal(
          await isRefused(method),
          answer === 'no',
          `${method} ${answer === 'no' ? 'is not' : 'is'} refused`,
        );
      }
    });
  }
});
