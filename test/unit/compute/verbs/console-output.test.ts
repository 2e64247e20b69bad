import assert from 'node:assert/strict';
import { createHandlers } from '../../../../src/compute/manager.js';
import { POWER_STATE } from '../../../../src/compute/ports/containers.js';
import { containerState, fakeParts, makeInstance, makeRequest } from '../parts.js';

describe('compute/verbs/console-output', () => {
  /** Asked for so many lines, of a container that said these. */
  const output = async (lines: number | null, said: string): Promise<unknown> => {
    const fake = fakeParts();
    fake.containers.state.resolves(containerState(POWER_STATE.RUNNING));
    fake.containers.consoleOutput.resolves(said);
    const args = { instance: makeInstance(), tail_length: lines };
    return createHandlers(fake.parts).get('get_console_output')?.(
      makeRequest('get_console_output', args, { isCall: true }),
    );
  };

  it('has as many lines as were asked for, to who splits it', async () => {
    assert.equal(await output(2, 'one\ntwo\n'), 'one\ntwo');
    assert.equal(await output(2, 'one\ntwo'), 'one\ntwo');
    assert.equal(await output(2, 'one\n\n'), 'one\n');
  });

  it('is all there is, as it is, where no number was given; nothing where it is 0', async () => {
    assert.equal(await output(null, 'one\ntwo\n'), 'one\ntwo\n');
    assert.equal(await output(-1, 'one\n'), 'one\n');
    assert.equal(await output(0, 'one\n'), '');
  });

  it('is ASCII, as Nova hands it on', async () => {
    assert.equal(await output(null, 'grün'), 'gr?n');
  });
});
