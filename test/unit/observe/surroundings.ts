import { Writable } from 'node:stream';
import { startLogging, type Logging, type LogSettings } from '../../../src/observe/log.js';

/** oslo.log's defaults. */
export const formats = {
  contextFormat:
    '%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [%(global_request_id)s %(request_id)s ' +
    '%(user_identity)s] %(instance)s%(message)s',
  defaultFormat: '%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [-] %(instance)s%(message)s',
  exceptionPrefix: '%(asctime)s.%(msecs)03d %(process)d ERROR %(name)s %(instance)s',
  userIdentityFormat: '%(user)s %(project)s %(domain)s %(system_scope)s %(user_domain)s %(project_domain)s',
  instanceFormat: '[instance: %(uuid)s] ',
  dateFormat: '%Y-%m-%d %H:%M:%S',
};

export const at = new Date(2026, 10, 22, 18, 30, 18, 94);

export interface Captured {
  readonly logging: Logging;
  readonly out: string[];
  readonly err: string[];
}

/** A log that writes into arrays, at one fixed moment. */
export function captured(settings: Partial<LogSettings> = {}, now: () => Date = () => at): Captured {
  const out: string[] = [];
  const err: string[] = [];
  const logging = startLogging(
    { file: undefined, useStderr: false, json: false, debug: false, levels: [], formats, secrets: [], ...settings },
    { pid: 77, hostname: 'node-1', stdout: into(out), stderr: into(err), now },
  );
  return { logging, out, err };
}

function into(lines: string[]): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk).trimEnd());
      done();
    },
  });
}
