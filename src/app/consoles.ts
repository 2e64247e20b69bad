import { join } from 'node:path';
import type { Terminals } from '../compute/ports/consoles.js';
import type { Config } from '../config/tables.js';
import { SerialConsoles } from '../console/consoles.js';
import { mayEnter } from '../console/guests.js';
import { ConsoleNotes } from '../console/notes.js';
import type { Logger } from '../observe/logger.js';
import { pause } from './clock.js';

/** The serial consoles of this host. They are made even when none are offered: what ran before is to end. */
export function createConsoles(
  { DEFAULT, docker, serial_console: options }: Config,
  terminals: Terminals,
  log: Logger,
) {
  return new SerialConsoles({
    terminals,
    notes: new ConsoleNotes(join(DEFAULT.state_path, 'consoles')),
    host: options.proxyclient_address,
    range: options.port_range,
    mayEnter: mayEnter(docker.console_proxies),
    now: () => new Date(),
    pause,
    log,
  });
}
