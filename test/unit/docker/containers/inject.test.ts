import { equal, rejects } from 'node:assert/strict';
import sinon from 'sinon';
import { pack } from 'tar-stream';
import { inject } from '../../../../src/docker/containers/inject.js';
import { planOf } from '../plans.js';
import { withScriptedEngine } from '../scriptedEngine.js';

describe('docker/containers: files', () => {
  it('that cannot be read to their end, to be added to, fail once and are no mistake', () =>
    withScriptedEngine(async ({ engine, routes }) => {
      const unheard = sinon.spy();
      process.on('unhandledRejection', unheard);
      routes.set('GET /containers/made/archive', (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/x-tar' });
        const tar = pack();
        tar.entry({ name: 'authorized_keys', size: 4096 }).write(Buffer.alloc(1000));
        tar.once('data', (header) => {
          response.write(header, () => response.destroy());
        });
      });
      const keys = { guestPath: '/root/.ssh/authorized_keys', data: Buffer.from('key\n'), mode: 0o600, append: true };
      const signal = new AbortController().signal;
      await rejects(inject({ engine }, { key: planOf().key, id: 'made' }, [keys], signal));
      await new Promise((resolve) => setTimeout(resolve, 20));
      process.off('unhandledRejection', unheard);
      equal(unheard.callCount, 0);
    }));
});
