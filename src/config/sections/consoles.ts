import { option, type Section } from '../option.js';
import { uri } from '../values/addresses.js';
import { portRange } from '../values/port-range.js';
import { boolean, integer, string } from '../values/scalars.js';

/** nova/conf/serial_console.py */
export const serialConsole = {
  help: 'Serial consoles: a terminal in the container through nova-serialproxy.',
  options: {
    enabled: option(boolean(), { default: false, help: 'Offer serial consoles.' }),
    port_range: option(portRange(), {
      default: [10_000, 20_000],
      help:
        'TCP ports on which consoles listen on this host: the first, and the one after the last. They listen only for the ' +
        'moment in which nova-serialproxy connects.',
    }),
    base_url: option(uri(), {
      default: 'ws://127.0.0.1:6083/',
      help: 'Address of nova-serialproxy as users reach it.',
    }),
    proxyclient_address: option(string(), {
      default: '127.0.0.1',
      help: 'Address of this host as nova-serialproxy reaches it, on which consoles listen.',
    }),
  },
} satisfies Section;

/** nova/conf/consoleauth.py */
export const consoleauth = {
  help: 'Authorising consoles.',
  options: {
    token_ttl: option(integer({ min: 0 }), {
      default: 600,
      reloadable: true,
      oldNames: [{ group: 'DEFAULT', name: 'console_token_ttl' }],
      help: 'Seconds for which the address of a console can be used.',
    }),
  },
} satisfies Section;
