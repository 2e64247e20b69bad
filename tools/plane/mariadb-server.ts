/** The lines of a server's options file: for planes and for the making of the template. */
export function serverOptions(data: string, socket: string, more: readonly string[]): string {
  return [
    '[mariadbd]',
    `datadir = ${data}`,
    `socket = ${socket}`,
    `pid-file = ${data}/server.pid`,
    'user = root',
    'innodb_flush_log_at_trx_commit = 0',
    'innodb_doublewrite = 0',
    'innodb_log_file_size = 32M',
    'innodb_buffer_pool_size = 256M',
    'innodb_fast_shutdown = 1',
    'performance_schema = OFF',
    'max_connections = 1000',
    'character_set_server = utf8mb3',
    'collation_server = utf8mb3_general_ci',
    'skip-name-resolve',
    'skip-log-bin',
    ...more,
    '',
  ].join('\n');
}

/** Debian's program in the foreground, with this options file only. */
export function serverCommand(optionsFile: string): string[] {
  return ['/usr/sbin/mariadbd', `--defaults-file=${optionsFile}`];
}
