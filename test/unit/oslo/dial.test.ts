import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { gatherWrites, heartbeatS, tlsOptions, type TlsFiles } from '../../../src/oslo/dial.js';
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

describe('what is written to the broker', () => {
  it('leaves together, in order, before the event loop goes on', async () => {
    const batches: string[] = [];
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        batches.push(chunk.toString());
        done();
      },
      writev: (chunks, done) => {
        batches.push(chunks.map(({ chunk }) => (chunk as Buffer).toString()).join());
        done();
      },
    });
    gatherWrites(stream);
    for (const frame of ['a', 'b', 'c']) stream.write(frame);
    assert.deepEqual(batches, []);
    await new Promise((resolve) => process.nextTick(resolve));
    for (const frame of ['d', 'e']) stream.write(frame);
    stream.end();
    assert.deepEqual(batches, ['a,b,c', 'd,e']);
  });

  it('says when there is enough of it, and when there is room again', async () => {
    const stream = new Writable({ highWaterMark: 4, write: (_chunk, _encoding, done) => done() });
    gatherWrites(stream);
    assert.deepEqual([stream.write('abc'), stream.write('de')], [true, false]);
    await once(stream, 'drain');
    assert.equal(stream.write('abc'), true);
  });
});
