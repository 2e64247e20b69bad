import assert from 'node:assert/strict';
import { heartbeatS, tlsOptions, type TlsFiles } from '../../../src/oslo/dial.js';
import { DEFAULT_RABBIT_OPTIONS, type RabbitOptions } from '../../../src/oslo/options.js';

describe('what a connection is made with', () => {
  const ca = Buffer.from('ca');
  const cases: readonly [
    name: string,
    options: Partial<RabbitOptions>,
    files: TlsFiles,
    expected: object,
    checksName: boolean,
  ][] = [
    ['no authority', {}, {}, { rejectUnauthorized: false }, false],
    ['an authority', {}, { ca }, { ca, rejectUnauthorized: true }, false],
    [
      'an authority and the name',
      { sslEnforceHostnameVerification: true },
      { ca },
      { ca, rejectUnauthorized: true },
      true,
    ],
    [
      'a version',
      { sslVersion: 'TLSv1_2' },
      { ca },
      { ca, rejectUnauthorized: true, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' },
      false,
    ],
    ['any version', { sslVersion: 'SSLv23' }, {}, { rejectUnauthorized: false }, false],
    [
      'a certificate of ours',
      {},
      { ca, cert: ca, key: ca },
      { ca, cert: ca, key: ca, rejectUnauthorized: true },
      false,
    ],
  ];
  for (const [name, options, files, expected, checksName] of cases) {
    it(`TLS with ${name}`, () => {
      const { checkServerIdentity, ...rest } = tlsOptions({ ...DEFAULT_RABBIT_OPTIONS, ssl: true, ...options }, files);
      assert.deepEqual([rest, checkServerIdentity === undefined], [expected, checksName]);
    });
  }

  it('two silent heartbeats are the threshold', () => {
    assert.deepEqual([60, 1, 0].map(heartbeatS), [30, 1, 0]);
  });
});
