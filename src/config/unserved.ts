import { describeProblem } from './problems.js';
import type { WrittenTexts } from './written.js';

/** Options of nova-compute that do nothing here although an operator who sets them relies on them. */
const unserved: readonly { readonly name: string; readonly advice: string }[] = [
  { name: 'log_config_append', advice: 'the log is set up by the other log options' },
  { name: 'use_syslog', advice: 'log to standard error or output and let journald or rsyslog take it' },
  { name: 'use_journal', advice: 'log to standard error or output, which journald takes' },
  { name: 'log_rotation_type', advice: 'rotate the log file with logrotate; it is followed at once' },
];

const off = /^(?:|false|0|off|no|none)$/i;

/** One line for each such option of [DEFAULT] that is switched on. */
export function unservedOptions(texts: WrittenTexts): string[] {
  return unserved.flatMap(({ name, advice }) => {
    const written = texts.findUnknown('DEFAULT', name);
    if (written === undefined || off.test(written.text)) return [];
    return [describeProblem({ ...written, text: `[DEFAULT]${name} has no effect here: ${advice}` })];
  });
}
