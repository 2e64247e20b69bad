import { option, type Section } from '../option.js';
import { hostAddress, uri } from '../values/addresses.js';
import { boolean, integer, string } from '../values/scalars.js';

/** nova/conf/serial_console.py */
export const serialConsole = {
  help: 'Serial consoles: a terminal in the container through nova-serialproxy.',
  options: {
    enabled: option(boolean(), { default: false, help: 'Offer serial consoles.' }),
    port_range: option(string(/^\d+:\d+$/), {
      default: '10000:20000',
      help: 'TCP ports on which consoles listen on this host, first:last.',
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

/** nova/conf/vnc.py */
export const vnc = {
  help: 'VNC consoles.',
  options: {
    enabled: option(boolean(), {
      default: true,
      oldNames: [{ group: 'DEFAULT', name: 'vnc_enabled' }],
      help: 'Offer VNC consoles.',
    }),
    server_listen: option(hostAddress(), {
      default: '127.0.0.1',
      help: 'Address on which VNC servers listen on this host.',
    }),
    server_proxyclient_address: option(hostAddress(), {
      default: '127.0.0.1',
      help: 'Address of this host as the VNC proxy reaches it.',
    }),
    novncproxy_base_url: option(uri(), {
      default: 'http://127.0.0.1:6080/vnc_auto.html',
      oldNames: [{ group: 'DEFAULT' }],
      help: 'Address of nova-novncproxy as users reach it.',
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
