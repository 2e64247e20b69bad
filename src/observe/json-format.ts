import { pythonLevels, type LogRecord, type ProcessFacts } from './log-record.js';
import { formatDate } from './percent-format.js';

/** One JSON object per line with the members of oslo.log's JSONFormatter (oslo_log/formatters.py, release 5). */
export function jsonFormatter(dateFormat: string, facts: ProcessFacts): (record: LogRecord) => string {
  return ({ time, level, name, message, context, details, errorSummary, trace }) => {
    const created = time.getTime();
    return JSON.stringify({
      message,
      asctime: formatDate(dateFormat, time),
      name,
      levelname: pythonLevels[level].name,
      levelno: pythonLevels[level].number,
      created: created / 1000,
      msecs: created % 1000,
      process: facts.pid,
      process_name: 'nova-compute-docker',
      hostname: facts.hostname,
      error_summary: errorSummary ?? '',
      traceback: trace ?? null,
      context: {
        request_id: context.requestId,
        global_request_id: context.globalRequestId,
        user_id: context.userId,
        project_id: context.projectId,
        resource_uuid: context.instanceUuid,
        method: context.method,
      },
      extra: details,
    });
  };
}
