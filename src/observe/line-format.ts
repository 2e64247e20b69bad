import { pythonLevels, type LogRecord, type ProcessFacts } from './log-record.js';
import { formatDate, percentFormat } from './percent-format.js';

/** The formats of nova.conf, by oslo.log's names without `logging_`. */
export interface LineFormats {
  readonly contextFormat: string;
  readonly defaultFormat: string;
  readonly exceptionPrefix: string;
  readonly userIdentityFormat: string;
  readonly instanceFormat: string;
  readonly dateFormat: string;
}

/**
 * Log lines as oslo.log's ContextFormatter writes them (oslo_log/formatters.py, release 5); details follow the message
 * as name=value. A message of several lines is indented, so that no text from outside can look like a line of its own.
 */
export function lineFormatter(formats: LineFormats, facts: ProcessFacts): (record: LogRecord) => string {
  const withContext = percentFormat(formats.contextFormat);
  const withoutContext = percentFormat(formats.defaultFormat);
  const prefix = percentFormat(formats.exceptionPrefix);
  const identity = percentFormat(formats.userIdentityFormat, '-');
  const instance = percentFormat(formats.instanceFormat);

  return (record) => {
    const { context, time } = record;
    const values = {
      asctime: formatDate(formats.dateFormat, time),
      msecs: time.getMilliseconds(),
      isotime: time.toISOString(),
      process: facts.pid,
      hostname: facts.hostname,
      levelname: pythonLevels[record.level].name,
      name: record.name,
      global_request_id: printable(context.globalRequestId ?? 'None'),
      request_id: printable(context.requestId ?? ''),
      user_identity: printable(identity({ user: context.userId, project: context.projectId })),
      instance: context.instanceUuid === undefined ? '' : printable(instance({ uuid: context.instanceUuid })),
      message: indented(messageOf(record)),
    };
    const format = context.requestId === undefined ? withoutContext : withContext;
    const trace = (record.trace ?? []).map((line) => `\n${prefix(values)}${printable(line)}`);
    return format(values) + trace.join('');
  };
}

function messageOf({ message, details, errorSummary }: LogRecord): string {
  const pairs = Object.entries(details).map(([name, value]) => ` ${name}=${shown(value)}`);
  return message + pairs.join('') + (errorSummary === undefined ? '' : `: ${errorSummary}`);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? 'undefined';
}

function indented(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map(printable)
    .join('\n    ');
}

/** Terminal control sequences from outside do nothing in a log. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (sign) => (sign === '\t' ? sign : escaped(sign)));
}

function escaped(sign: string): string {
  return `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
