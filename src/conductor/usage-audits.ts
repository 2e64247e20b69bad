import type { Period, UsageAudits } from '../compute/ports/conductor.js';
import { novaNameOf } from '../errors/kinds.js';
import { create, expectObject, type NovaObject } from '../objects/index.js';
import type { ConductorCalls } from './calls.js';

const TASK = 'instance_usage_audit';

/** Which audits of this host were begun and done (nova/objects/task_log.py and db task_log_*, release 26). */
export function createUsageAudits(calls: ConductorCalls, host: string): UsageAudits {
  const find = async ({ begin, end }: Period): Promise<NovaObject<'TaskLog'> | undefined> => {
    const found = await calls.classAction('TaskLog', 'get', [TASK, strTime(begin), strTime(end), host]);
    return found === null ? undefined : expectObject(found, 'TaskLog', 'TaskLog.get');
  };
  const named = (period: Period) => ({
    task_name: TASK,
    host,
    period_beginning: period.begin,
    period_ending: period.end,
  });
  return {
    async isDone(period) {
      return (await find(period))?.get('state') === 'DONE';
    },
    async begin(period, instances) {
      const fields = { ...named(period), task_items: instances, message: 'Instance usage audit started...' };
      try {
        await calls.objectAction(create('TaskLog', fields), 'begin_task');
      } catch (error) {
        if (novaNameOf(error) !== 'TaskAlreadyRunning') throw error;
      }
    },
    async end(period, outcome) {
      await calls.objectAction(create('TaskLog', { ...named(period), ...outcome }), 'end_task');
    },
  };
}

/** As nova/utils.py strtime writes it: UTC without zone, microseconds. */
function strTime(time: Date): string {
  return time.toISOString().replace(/Z$/, '000');
}
