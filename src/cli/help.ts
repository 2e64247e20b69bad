import { readFileSync } from 'node:fs';
import type { Command } from './command.js';

/** Version of this package. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** What `--help` shows. */
export function help(commands: readonly Command[]): string {
  const names = commands.map(({ words, operands = [] }) => [...words, ...operands].join(' '));
  const wide = Math.max(...names.map((name) => name.length));
  const list = commands.map(({ summary }, index) => `  ${(names[index] ?? '').padEnd(wide)}  ${summary}`);
  return `usage: nova-compute-docker [command] [--config-file FILE]... [--config-dir DIR]... [options]

Commands:
${list.join('\n')}

Options:
  --config-file FILE  configuration to read; may be repeated, later files win
  --config-dir DIR    read all *.conf in DIR, in the order of their names; may be repeated
  -d, --debug         log more (--nodebug: do not)
  --log-file FILE     log to FILE
  --log-dir DIR       log to nova-compute-docker.log in DIR
  --use-json          log JSON
  --version           print the version
  -h, --help          print this

Without --config-file: nova.conf, nova-compute.conf and nova-compute-docker.conf from ~/.nova, ~, /etc/nova or /etc.
Environment variables OS_SECTION__OPTION go before files.

Exit codes: 0 stopped as asked, 1 failed, 2 wrong usage, 70 internal error, 75 state_path in use, 78 wrong configuration.
`;
}
