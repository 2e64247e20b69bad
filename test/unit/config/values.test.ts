import assert from 'node:assert/strict';
import fc from 'fast-check';
import { list } from '../../../src/config/values/containers.js';
import { portRange } from '../../../src/config/values/port-range.js';
import { float, integer, string } from '../../../src/config/values/scalars.js';
import { byteSize } from '../../../src/config/values/sizes.js';
import { nearestName } from '../../../src/config/nearest.js';

describe('config/values', () => {
  it('reads back what it writes', () => {
    const same = <T>(type: { format: (value: T) => string; parse: (text: string) => unknown }, value: T) =>
      assert.deepEqual(type.parse(type.format(value)), value);
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => same(integer(), value)));
    fc.assert(fc.property(fc.double({ noNaN: true }), (value) => same(float(), value)));
    fc.assert(fc.property(fc.maxSafeNat(), (value) => same(byteSize({ min: 0 }), value)));
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[^,\s]+$/)), (value) => same(list(), value)));
  });

  const sizes: [text: string, bytes: number | undefined][] = [
    ['10m', 10_485_760],
    ['1K', 1024],
    ['2g', 2 ** 31],
    ['5', 5],
    ['0', undefined],
    ['1.5m', undefined],
    ['m', undefined],
    ['', undefined],
    ['-1', undefined],
    ['9999999t', undefined],
    ['1 m', undefined],
  ];
  for (const [text, bytes] of sizes) {
    it(`size ${JSON.stringify(text)}`, () => {
      const read = () => byteSize({ min: 1 }).parse(text);
      if (bytes === undefined) assert.throws(read, { name: 'BadValue' });
      else assert.equal(read(), bytes);
    });
  }

  it('reads a range of ports, and refuses what is none', () => {
    const ports = portRange();
    assert.deepEqual(ports.parse('10000:20000'), [10_000, 20_000]);
    assert.equal(ports.format([1, 65_536]), '1:65536');
    assert.deepEqual(ports.parse('1:65536'), [1, 65_536]);
    for (const text of ['', '1', '1:', '2:2', '3:2', '0:5', '1:65537', '1:2:3', 'a:b']) {
      assert.throws(() => ports.parse(text), { name: 'BadValue' }, text);
    }
  });

  it('refuses list items one by one', () => {
    assert.throws(() => list(string(/^[A-Z_]+$/, 'capitals')).parse('NET_RAW,sys_admin'), /expected capitals/);
  });
});

describe('config/nearest', () => {
  const names = ['host', 'my_ip', 'rpc_response_timeout', 'report_interval'];
  const cases: [written: string, expected: string | undefined][] = [
    ['rpc_response_timeot', 'rpc_response_timeout'],
    ['rcp_response_timeout', 'rpc_response_timeout'],
    ['report-interval', 'report_interval'],
    ['Report_Interval', 'report_interval'],
    ['hots', 'host'],
    ['hoost', 'host'],
    ['hst', 'host'],
    ['h', undefined],
    ['cost_x', undefined],
    ['repot_intervall', 'report_interval'],
    ['repo_interva', undefined],
    ['my_up', 'my_ip'],
    ['', undefined],
  ];
  for (const [written, expected] of cases) {
    it(`${written} -> ${expected}`, () => assert.equal(nearestName(written, names), expected));
  }
});
