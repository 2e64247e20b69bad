import path from 'node:path';
import { secretTexts } from '../config/secrets.js';
import type { Config } from '../config/tables.js';
import type { LogSettings } from '../observe/log.js';

/** The log as the configuration asks for it, by oslo.log's rules (oslo_log/log.py, release 5). */
export function logSettings(config: Config): LogSettings {
  const options = config.DEFAULT;
  return {
    debug: options.debug,
    levels: options.default_log_levels,
    file: logFile(options),
    useStderr: options.use_stderr,
    json: options.use_json,
    formats: {
      contextFormat: options.logging_context_format_string,
      defaultFormat: options.logging_default_format_string,
      exceptionPrefix: options.logging_exception_prefix,
      userIdentityFormat: options.logging_user_identity_format,
      instanceFormat: options.instance_uuid_format,
      dateFormat: options.log_date_format,
    },
    secrets: secretTexts(config),
  };
}

function logFile({ log_file: file, log_dir: directory }: Config['DEFAULT']): string | undefined {
  if (directory) return path.resolve(directory, file ?? 'nova-compute-docker.log');
  return file ? path.resolve(file) : undefined;
}
