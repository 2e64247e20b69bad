import { deepEqual, equal } from 'node:assert/strict';
import { containerEventOf, isImageChange } from '../../../../src/docker/events/message.js';
import { backoffMs } from '../../../../src/docker/events/backoff.js';
import { containerLabels } from '../../../../src/docker/labels.js';
import { UUID } from '../plans.js';

const key = { instanceUuid: UUID, role: 'main' } as const;
const labels = containerLabels(key, { projectId: 'p' }, { host: 'h', imageLabels: {} });

function message(Action: string, more: Record<string, string> = {}): Parameters<typeof containerEventOf>[0] {
  const Attributes = { ...labels, name: `nova-${UUID}`, image: 'x', ...more };
  return { Type: 'container', Action, Actor: { ID: 'c1', Attributes }, timeNano: 1.800000000123456e18 };
}

describe('docker/events/message', () => {
  const rows: [string, Record<string, string>, string, number | null, string][] = [
    ['start', {}, 'start', null, ''],
    ['die', { exitCode: '137' }, 'die', 137, ''],
    ['kill', { signal: '15' }, 'kill', null, '15'],
    ['health_status: unhealthy', {}, 'health', null, 'unhealthy'],
    ['oom', {}, 'oom', null, ''],
  ];
  for (const [Action, attributes, action, exitCode, detail] of rows) {
    it(`reads ${Action}`, () => {
      const at = new Date(1_800_000_000_123);
      const expected = { type: 'container', key, containerId: 'c1', action, at, exitCode, detail };
      deepEqual(containerEventOf(message(Action, attributes), 'h'), expected);
    });
  }

  it('leaves out what is not ours or not asked for', () => {
    equal(containerEventOf(message('start'), 'another-host'), undefined);
    equal(containerEventOf(message('start', { name: 'web' }), 'h'), undefined);
    equal(containerEventOf(message('exec_create: sh'), 'h'), undefined);
    equal(containerEventOf({ Type: 'image', Action: 'delete' }, 'h'), undefined);
    equal(containerEventOf({}, 'h'), undefined);
  });

  it('knows what may change an image', () => {
    equal(isImageChange({ Type: 'image', Action: 'untag' }), true);
    equal(isImageChange({ Type: 'image', Action: 'load' }), false);
    equal(isImageChange({ Type: 'container', Action: 'untag' }), false);
  });

  it('waits longer each time, up to ten seconds, never the same for all', () => {
    deepEqual(
      [0, 1, 2, 6, 7, 100].map((failures) => backoffMs(failures, () => 1)),
      [100, 200, 400, 6400, 10_000, 10_000],
    );
    equal(
      backoffMs(0, () => 0),
      50,
    );
  });
});
