import { consoleOutput } from '../verbs/console-output.js';
import { diagnostics, instanceDiagnostics } from '../verbs/diagnostics.js';
import { refuse, refuseConsole } from '../verbs/unsupported.js';
import { reading, type RouteTable } from './route.js';

/** Looking into a server. */
export const consoleRoutes: RouteTable = {
  get_console_output: reading(consoleOutput),
  get_vnc_console: reading(refuseConsole('novnc')),
  get_spice_console: reading(refuseConsole('spice-html5')),
  get_rdp_console: reading(refuseConsole('rdp-html5')),
  get_mks_console: reading(refuseConsole('webmks')),
  get_serial_console: reading(refuseConsole('serial')),
  validate_console_port: reading(refuse('No console is served here.', { name: 'ConsoleTypeInvalid', code: 400 })),
  get_diagnostics: reading(diagnostics),
  get_instance_diagnostics: reading(instanceDiagnostics),
};
