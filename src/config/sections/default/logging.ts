import { option } from '../../option.js';
import { list } from '../../values/containers.js';
import { boolean, string } from '../../values/scalars.js';

/** What oslo.log reads (oslo_log/_options.py, release 5), by the same names and with the same defaults. */
export const logging = {
  debug: option(boolean(), {
    default: false,
    reloadable: true,
    commandLine: true,
    help: 'Log at level DEBUG instead of INFO.',
  }),
  log_file: option(string(), {
    oldNames: [{ name: 'logfile' }],
    commandLine: true,
    help: 'File to log to; relative to log_dir if that is set. Without a file, lines go to standard output.',
  }),
  log_dir: option(string(), {
    oldNames: [{ name: 'logdir' }],
    commandLine: true,
    help: 'Directory of the log file. If only this is set, the file is nova-compute-docker.log in it.',
  }),
  use_stderr: option(boolean(), {
    default: false,
    help: 'Log to standard error, in addition to the log file if there is one.',
  }),
  use_json: option(boolean(), {
    default: false,
    commandLine: true,
    help: 'Write each log line as one JSON object.',
  }),
  log_date_format: option(string(), {
    default: '%Y-%m-%d %H:%M:%S',
    commandLine: true,
    help: 'Format of %(asctime)s in log lines, as in strftime(3).',
  }),
  logging_context_format_string: option(string(), {
    default:
      '%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [%(global_request_id)s %(request_id)s ' +
      '%(user_identity)s] %(instance)s%(message)s',
    help: 'Format of a log line that belongs to a request.',
  }),
  logging_default_format_string: option(string(), {
    default: '%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [-] %(instance)s%(message)s',
    help: 'Format of a log line that belongs to no request.',
  }),
  logging_exception_prefix: option(string(), {
    default: '%(asctime)s.%(msecs)03d %(process)d ERROR %(name)s %(instance)s',
    help: 'Prefix of each line of a stack trace.',
  }),
  logging_user_identity_format: option(string(), {
    default: '%(user)s %(project)s %(domain)s %(system_scope)s %(user_domain)s %(project_domain)s',
    help: 'Format of %(user_identity)s in log lines.',
  }),
  instance_uuid_format: option(string(), {
    default: '[instance: %(uuid)s] ',
    help: 'Format of %(instance)s in log lines about one instance.',
  }),
  default_log_levels: option(list(), {
    default: [],
    reloadable: true,
    help:
      'Levels of single loggers as name=LEVEL pairs; a name counts for the loggers below it too. Names of Python ' +
      "modules, as in the Python service's default, have no effect here.",
  }),
};
