import type { Writable } from 'node:stream';
import { createLogger, format, transports, type Logger as WinstonLogger } from 'winston';
import { messageOf, ServiceError } from '../errors/kinds.js';
import { currentLogFields } from './context.js';
import { jsonFormatter } from './json-format.js';
import { lineFormatter, type LineFormats } from './line-format.js';
import { LogFile } from './log-file.js';
import type { Level, LogRecord, ProcessFacts } from './log-record.js';
import type { LogFacts, Logger } from './logger.js';
import { createRedactor, type Redactor } from './redact.js';

/**
 * The log itself. Request, user and instance come from the work in progress (context.ts), `instanceUuid` also from the
 * facts; an `error` among them is shown with its message, and its stack where that helps. Secrets are removed from all.
 */
export interface NamedLogger extends Logger {
  /** A logger of its own name, `parent.name`, whose level can be set by itself. */
  child(name: string): NamedLogger;
}

/** What may change while the service runs. */
export interface LogLevels {
  readonly debug: boolean;
  /** `name=LEVEL`, for single loggers and those below them. */
  readonly levels: readonly string[];
}

export interface LogSettings extends LogLevels {
  /** Absolute path; without one lines go to standard output, unless useStderr. */
  readonly file: string | undefined;
  readonly useStderr: boolean;
  readonly json: boolean;
  readonly formats: LineFormats;
  /** Values that must never be shown: the passwords of the configuration. */
  readonly secrets: readonly string[];
}

/** The process around the log. */
export interface LogSurroundings extends ProcessFacts {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly now: () => Date;
}

export interface Logging {
  readonly log: NamedLogger;
  apply(levels: LogLevels): void;
  /** Opens the log file anew, after it was moved away. */
  reopen(): void;
  close(): void;
}

export const rootName = 'nova_compute_docker';

const ranks: Readonly<Record<Level, number>> = { debug: 10, info: 20, warn: 30, error: 40 };

/** @throws if the log file cannot be opened */
export function startLogging(settings: LogSettings, surroundings: LogSurroundings): Logging {
  const { stdout, stderr, now } = surroundings;
  const file = settings.file === undefined ? undefined : new LogFile(settings.file, stderr, () => now().getTime());
  const streams = [...(file === undefined ? [] : [file]), ...(settings.useStderr ? [stderr] : [])];
  const write = settings.json
    ? jsonFormatter(settings.formats.dateFormat, surroundings)
    : lineFormatter(settings.formats, surroundings);
  const winston = createLogger({
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    level: 'debug',
    format: format.printf((info) => write(info['record'] as LogRecord)),
    transports: (streams.length > 0 ? streams : [stdout]).map((stream) => new transports.Stream({ stream })),
  });
  const levels = new LevelTable(settings);
  return {
    log: loggerNamed(rootName, { winston, levels, now, redactor: createRedactor(settings.secrets) }),
    apply: (next) => {
      levels.set(next);
    },
    reopen: () => file?.reopen(),
    close: () => {
      winston.close();
      file?.destroy();
    },
  };
}

interface Parts {
  readonly winston: WinstonLogger;
  readonly levels: LevelTable;
  readonly now: () => Date;
  readonly redactor: Redactor;
}

function loggerNamed(name: string, parts: Parts): NamedLogger {
  const at = (level: Level) => (message: string, facts?: LogFacts) => {
    if (!parts.levels.allows(name, level)) return;
    const record = recordOf({ name, level, message, time: parts.now() }, facts ?? {}, parts);
    parts.winston.log({ level, message, record });
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (part) => loggerNamed(`${name}.${part}`, parts),
  };
}

type Head = Pick<LogRecord, 'name' | 'level' | 'message' | 'time'>;

function recordOf(head: Head, facts: LogFacts, { redactor, levels }: Parts): LogRecord {
  const { error, instanceUuid, ...others } = facts;
  const current = currentLogFields();
  const record = {
    ...head,
    message: redactor.text(head.message),
    context: typeof instanceUuid === 'string' ? { ...current, instanceUuid } : current,
    details: redactor.data(others) as Record<string, unknown>,
  };
  if (error === undefined) return record;
  const summary = redactor.text(messageOf(error));
  // Errors that an adapter translated say all in their message; for others the stack is what one needs.
  const unexpected = error instanceof Error && !(error instanceof ServiceError);
  if (!unexpected && !levels.allows(head.name, 'debug')) return { ...record, errorSummary: summary };
  return { ...record, errorSummary: summary, trace: traceOf(error).map(redactor.text) };
}

function traceOf(error: unknown): string[] {
  const lines: string[] = [];
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth += 1) {
    const own = (each.stack ?? String(each)).split('\n');
    lines.push(...(depth === 0 ? own : [`Caused by: ${own[0] ?? ''}`, ...own.slice(1)]));
  }
  return lines;
}

class LevelTable {
  private general = ranks.info;
  private named: readonly (readonly [name: string, rank: number])[] = [];
  /** Asked for every line, so answered from here. */
  private readonly ranksByName = new Map<string, number>();

  constructor(levels: LogLevels) {
    this.set(levels);
  }

  set({ debug, levels }: LogLevels): void {
    this.general = debug ? ranks.debug : ranks.info;
    this.named = levels.map((pair) => {
      const [name = '', level = ''] = pair.split('=');
      return [name, rankOf(level)] as const;
    });
    this.ranksByName.clear();
  }

  allows(name: string, level: Level): boolean {
    const known = this.ranksByName.get(name) ?? this.rankFor(name);
    this.ranksByName.set(name, known);
    return ranks[level] >= known;
  }

  private rankFor(name: string): number {
    const over = this.named.filter(([prefix]) => name === prefix || name.startsWith(`${prefix}.`));
    return over.toSorted(([a], [b]) => b.length - a.length)[0]?.[1] ?? this.general;
  }
}

/** oslo.log takes Python's names and numbers. */
function rankOf(level: string): number {
  const names: Readonly<Record<string, number>> = {
    DEBUG: 10,
    INFO: 20,
    WARN: 30,
    WARNING: 30,
    ERROR: 40,
    CRITICAL: 50,
    FATAL: 50,
  };
  const number = Number(level);
  return names[level.toUpperCase()] ?? (Number.isInteger(number) && level !== '' ? number : ranks.info);
}
