import { consoleOutput } from '../verbs/console-output.js';
import { diagnostics, instanceDiagnostics } from '../verbs/diagnostics.js';
import { serialConsole, validatePort } from '../verbs/serial-console.js';
import { refuseConsole } from '../verbs/unsupported.js';
import { reading, type RouteTable } from './route.js';

/** Looking into a server. */
export const consoleRoutes: RouteTable = {
  get_console_output: reading(consoleOutput),
  get_vnc_console: reading(refuseConsole('novnc')),
  get_spice_console: reading(refuseConsole('spice-html5')),
  get_rdp_console: reading(refuseConsole('rdp-html5')),
  get_mks_console: reading(refuseConsole('webmks')),
  get_serial_console: reading(serialConsole),
  validate_console_port: reading(validatePort),
  get_diagnostics: reading(diagnostics),
  get_instance_diagnostics: reading(instanceDiagnostics),
};
