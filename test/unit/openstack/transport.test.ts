import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { kindOf, messageOf } from '../../../src/errors/kinds.js';
import type { TlsSettings } from '../../../src/openstack/settings.js';
import { createTransport, type HttpRequest } from '../../../src/openstack/transport.js';
import { startService } from '../../double/service.js';
import { failure } from './session-double.js';

describe('openstack transport', () => {
  describe('with TLS', () => {
    let folder: string;
    let server: https.Server;
    let url: string;
    const file = (name: string) => path.join(folder, name);

    before(async () => {
      folder = mkdtempSync(path.join(os.tmpdir(), 'tls-'));
      for (const name of ['server', 'client']) {
        const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${name}`;
        const names = [
          '-addext',
          'subjectAltName=IP:127.0.0.1',
          '-keyout',
          file(`${name}.key`),
          '-out',
          file(`${name}.crt`),
        ];
        execFileSync('openssl', [...words.split(' '), ...names], { stdio: 'ignore' });
      }
      writeFileSync(
        file('both.pem'),
        readFileSync(file('client.crt'), 'utf8') + readFileSync(file('client.key'), 'utf8'),
      );
      server = https.createServer(
        {
          key: readFileSync(file('server.key')),
          cert: readFileSync(file('server.crt')),
          ...{ ca: readFileSync(file('client.crt')), requestCert: true, rejectUnauthorized: false },
        },
        (request, response) => {
          response.end((request.socket as TLSSocket).authorized ? 'client known' : 'client unknown');
        },
      );
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    });
    after(() => {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true });
    });

    async function ask(settings: Partial<TlsSettings>): Promise<string> {
      const transport = createTransport({ insecure: false, ...settings });
      try {
        return (await transport.send(request(url))).text;
      } finally {
        transport.close();
      }
    }

    it('trusts the authority of cafile', async () =>
      assert.equal(await ask({ cafile: file('server.crt') }), 'client unknown'));
    it('trusts everybody when insecure', async () => assert.equal(await ask({ insecure: true }), 'client unknown'));
    it('shows certificate and key', async () => {
      const certificate = { certfile: file('client.crt'), keyfile: file('client.key') };
      assert.equal(await ask({ insecure: true, ...certificate }), 'client known');
      assert.equal(await ask({ insecure: true, certfile: file('both.pem') }), 'client known');
    });
    it('says what to set when the server is not trusted', async () => {
      const error = await failure(ask({}));
      assert.equal(kindOf(error), 'Unavailable');
      assert.match(
        messageOf(error),
        /^Connection to https:\/\/127.0.0.1:\d+ failed: .*set cafile to the authority that signed it/,
      );
    });
    it('refuses files at once that it cannot use', () => {
      const open = (settings: Partial<TlsSettings>) => () => createTransport({ insecure: false, ...settings });
      assert.throws(open({ cafile: file('none') }), /^ServiceError: cafile = .*none can't be read: ENOENT/);
      assert.throws(
        open({ certfile: file('client.crt'), keyfile: file('server.crt') }),
        /Certificates can't be used \(.*client.crt, .*server.crt\)/,
      );
    });
  });

  it('keeps connections', async () => {
    const ports = new Set<number | undefined>();
    const service = await startService(() => (asked, response) => {
      ports.add(asked.socket.remotePort);
      response.end();
    });
    const transport = createTransport({ insecure: false });
    for (let n = 0; n < 3; n++) await transport.send(request(service.url));
    assert.equal(ports.size, 1);
    transport.close();
    await service.close();
  });

  it('does not follow redirects', async () => {
    const service = await startService(() => ({ status: 302, headers: { Location: 'http://127.0.0.1:1/' } }));
    const transport = createTransport({ insecure: false });
    assert.equal((await transport.send(request(service.url))).status, 302);
    transport.close();
    await service.close();
  });
});

function request(url: string): HttpRequest {
  return { method: 'GET', url, headers: {}, signal: new AbortController().signal, answer: 'text' };
}
