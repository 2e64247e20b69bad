import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RabbitOptions } from '../../../src/oslo/index.js';
import { makeCertificates, type Broker } from './broker.js';
import { rigs, uniqueTopic, until } from './rig.js';
import { ownBroker } from './shared-broker.js';

describe('TLS to a broker with an authority of its own', () => {
  const rig = rigs();
  let broker: Broker;
  let stranger: { ca: string; cert: string; key: string };
  let folder: string;
  before(async () => {
    broker = await ownBroker();
    folder = await mkdtemp(join(tmpdir(), 'oslo-tls-'));
    stranger = await makeCertificates(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const url = (host: string): string => `rabbit://guest:guest@${host}:${broker.ports.tls}/`;
  const works: readonly [name: string, host: string, options: () => Partial<RabbitOptions>][] = [
    ['with its authority', '127.0.0.1', () => ({ sslCaFile: broker.caFile })],
    ['and its name verified', 'localhost', () => ({ sslCaFile: broker.caFile, sslEnforceHostnameVerification: true })],
    ['at a fixed version', '127.0.0.1', () => ({ sslCaFile: broker.caFile, sslVersion: 'TLSv1_2' })],
    [
      'with a certificate of ours',
      '127.0.0.1',
      () => ({ sslCaFile: broker.caFile, sslCertFile: stranger.cert, sslKeyFile: stranger.key }),
    ],
    ['unverified, as upstream, without an authority', '127.0.0.1', () => ({})],
  ];
  for (const [name, host, options] of works) {
    it(`works ${name}`, async () => {
      const us = rig(url(host), { ssl: true, ...options() });
      const topic = uniqueTopic();
      await us.serve(topic, { echo: (request) => Promise.resolve(request.args) });
      assert.deepEqual(await us.call(topic, 'echo', { a: 1 }), { a: 1 });
      assert.equal(us.log.said('warn').length, options().sslCaFile === undefined ? 1 : 0);
    });
  }

  it('is chosen by the URL too', async () => {
    const us = rig(`${url('127.0.0.1')}?ssl=1&ssl_ca_file=${broker.caFile}`);
    await assert.rejects(us.call(uniqueTopic(), 'echo', {}, { timeoutMs: 1000 }), { message: /no queue/ });
  });

  const fails: readonly [name: string, host: string, options: () => Partial<RabbitOptions>, says: RegExp][] = [
    ['another authority', '127.0.0.1', () => ({ sslCaFile: stranger.ca }), /self.signed|unable to verify|certificate/i],
    [
      'another name',
      '127.0.0.1',
      () => ({ sslCaFile: broker.caFile, sslEnforceHostnameVerification: true }),
      /does not match certificate/,
    ],
    [
      'a file that is not there',
      '127.0.0.1',
      () => ({ sslCaFile: '/no/such/ca.pem' }),
      /\[oslo_messaging_rabbit\]ssl_ca_file: cannot read \/no\/such\/ca\.pem/,
    ],
  ];
  for (const [name, host, options, says] of fails) {
    it(`says why it does not work: ${name}`, async () => {
      const us = rig(url(host), { ssl: true, ...options() });
      await until(() => us.log.said('error').length > 0);
      assert.match(us.log.said('error')[0] ?? '', says);
      assert.equal(us.transport.state, 'down');
    });
  }
});
