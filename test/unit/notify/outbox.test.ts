import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Outbox, type Job } from '../../../src/notify/outbox.js';
import { loggerInto, type LogLine } from './harness.js';

interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

function gate(): Gate {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

function never(): AbortSignal {
  return new AbortController().signal;
}

describe('outbox', () => {
  let lines: LogLine[];
  let done: string[];

  const job = (name: string, work: (signal: AbortSignal) => Promise<void> = () => Promise.resolve()): Job => ({
    about: { eventType: name },
    run: async (signal) => {
      await work(signal);
      done.push(name);
    },
  });
  const outboxOf = (capacity: number): Outbox => new Outbox(capacity, loggerInto(lines));

  beforeEach(() => {
    lines = [];
    done = [];
  });

  it('does nothing before its caller goes on', async () => {
    const outbox = outboxOf(5);
    outbox.offer(job('a'));
    assert.deepEqual(done, []);
    await outbox.close(never());
    assert.deepEqual(done, ['a']);
  });

  it('keeps the order, also when early jobs take longer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5), { maxLength: 20 }), async (turns) => {
        done = [];
        const outbox = outboxOf(100);
        turns.forEach((count, index) => {
          outbox.offer(
            job(String(index), async () => {
              for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
            }),
          );
        });
        await outbox.close(never());
        assert.deepEqual(done, Array.from(turns.keys(), String));
      }),
    );
  });

  it('loses what does not fit, and says so', async () => {
    const outbox = outboxOf(1);
    const hold = gate();
    const running = gate();
    outbox.offer(
      job('running', async () => {
        running.open();
        await hold.opened;
      }),
    );
    await running.opened;
    outbox.offer(job('waiting'));
    outbox.offer(job('lost'));
    hold.open();
    await outbox.close(never());
    assert.deepEqual(done, ['running', 'waiting']);
    assert.deepEqual(
      lines.map(({ level, facts }) => [level, facts['eventType']]),
      [['warn', 'lost']],
    );
  });

  it('lets a patient one wait for room', async () => {
    const outbox = outboxOf(1);
    const hold = gate();
    const running = gate();
    outbox.offer(
      job('running', async () => {
        running.open();
        await hold.opened;
      }),
    );
    await running.opened;
    outbox.offer(job('waiting'));
    const put = Promise.all([outbox.put(job('patient 1')), outbox.put(job('patient 2'))]);
    hold.open();
    await put;
    await outbox.close(never());
    assert.deepEqual(done, ['running', 'waiting', 'patient 1', 'patient 2']);
    assert.deepEqual(lines, []);
  });

  it('goes on after a failure and names it', async () => {
    const outbox = outboxOf(5);
    outbox.offer(job('bad', () => Promise.reject(new Error('no broker'))));
    outbox.offer(job('good'));
    await outbox.close(never());
    assert.deepEqual(done, ['good']);
    assert.deepEqual(
      lines.map(({ facts }) => facts['reason']),
      ['no broker'],
    );
  });

  it('works again after it was empty', async () => {
    const outbox = outboxOf(5);
    const first = gate();
    outbox.offer(job('a', () => Promise.resolve(first.open())));
    await first.opened;
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    outbox.offer(job('b'));
    await outbox.close(never());
    assert.deepEqual(done, ['a', 'b']);
  });

  it('gives up when closing takes too long, and counts what is lost', async () => {
    const outbox = outboxOf(5);
    const stop = new AbortController();
    const running = gate();
    let aborted: unknown;
    outbox.offer({
      about: { eventType: 'stuck' },
      run: (signal) => {
        running.open();
        signal.addEventListener('abort', () => {
          aborted = signal.reason;
        });
        return new Promise(() => {});
      },
    });
    outbox.offer(job('b'));
    outbox.offer(job('c'));
    await running.opened;
    const closed = outbox.close(stop.signal);
    stop.abort(new Error('enough'));
    await closed;
    assert.deepEqual(done, []);
    assert.equal((aborted as Error).message, 'enough');
    assert.deepEqual(
      lines.map(({ facts }) => facts['count']),
      [2],
    );
  });

  it('takes nothing once it closes, and keeps nobody waiting', async () => {
    const outbox = outboxOf(1);
    const hold = gate();
    outbox.offer(job('running', () => hold.opened));
    const patient = outbox.put(job('patient'));
    const closed = outbox.close(never());
    await patient;
    outbox.offer(job('late'));
    hold.open();
    await closed;
    assert.deepEqual(done, ['running']);
    assert.deepEqual(
      lines.map(({ facts }) => facts['eventType']),
      ['patient', 'late'],
    );
  });
});
