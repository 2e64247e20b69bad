import assert from 'node:assert/strict';
import { interfacesOf, usageOf } from '../../../../src/docker/containers/usage.js';

describe('docker/containers/usage', () => {
  it('reads the figures of control groups 1', () => {
    const usage = usageOf({
      cpu_stats: { cpu_usage: { total_usage: 300, percpu_usage: [100, 200] } },
      memory_stats: { usage: 5000, limit: 64_000, stats: { total_inactive_file: 1000 } },
      pids_stats: { current: 3 },
      blkio_stats: {
        io_service_bytes_recursive: [
          { op: 'Read', value: 10 },
          { op: 'Read', value: 5 },
          { op: 'Write', value: 7 },
        ],
        io_serviced_recursive: [{ op: 'Read', value: 2 }],
      },
    });
    assert.deepEqual(usage, {
      cpuTimeNs: 300,
      cpuTimesNs: [100, 200],
      memoryBytes: 4000,
      memoryLimitBytes: 64_000,
      pids: 3,
      reads: { bytes: 15, requests: 2 },
      writes: { bytes: 7, requests: 0 },
    });
  });

  it('reads those of control groups 2, and does without what is missing', () => {
    const usage = usageOf({
      cpu_stats: { cpu_usage: { total_usage: 300, percpu_usage: null } },
      memory_stats: { usage: 5000, stats: { inactive_file: 6000 } },
      blkio_stats: { io_service_bytes_recursive: [{ op: 'read', value: 10 }], io_serviced_recursive: null },
    });
    assert.deepEqual([usage.cpuTimesNs, usage.memoryBytes, usage.reads.bytes], [[], 0, 10]);
    assert.equal(usageOf({}).cpuTimeNs, 0);
  });

  it('reads the interfaces of a namespace, without the loopback', () => {
    const table = [
      'Inter-|   Receive                                                |  Transmit',
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
      '    lo:     100       1    0    0    0     0          0         0      100       1    0    0    0     0       0          0',
      '  eth0: 1234567    1000    1    2    0     0          0         0  7654321    2000    3    4    0     0       0          0',
      '',
    ].join('\n');
    assert.deepEqual(
      [...interfacesOf(table)],
      [
        [
          'eth0',
          {
            received: { bytes: 1234567, packets: 1000, errors: 1, dropped: 2 },
            sent: { bytes: 7654321, packets: 2000, errors: 3, dropped: 4 },
          },
        ],
      ],
    );
  });
});
