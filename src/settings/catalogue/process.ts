import { constants } from 'node:os';
import { BadSetting } from '../bad-setting.js';
import { family, SECONDS, single } from '../setting.js';
import { readBoolean, readGuestPath, readSeconds, readText } from '../values.js';
import { commandWords } from '../words.js';

const LOWEST_REALTIME = 34;
const HIGHEST_REALTIME = 64;

/** Secrets go by such names; their values are never shown. */
const SECRET = /pass|secret|token|key|credential|auth|private|dsn|conn|_url$|_uri$/i;

/** What runs, under whom, and how it ends. */
export const processSettings = {
  command: single(commandWords, { alsoCalled: { image: ['os_command_line'] } }),
  entrypoint: single(commandWords),
  env: family(readVariable, { names: (_value, name) => [name], isSecret: (name) => SECRET.test(name) }),
  user: single(readText(/^[\w.][\w.-]{0,63}(:[\w.][\w.-]{0,63})?$/, 'a user, or user:group, by name or number')),
  workdir: single(readGuestPath),
  stop_signal: single(readSignal),
  stop_timeout: single(readSeconds, {
    alsoCalled: { image: ['os_shutdown_timeout'] },
    measure: { unit: SECONDS, of: (seconds) => seconds },
  }),
  init: single(readBoolean),
  oneshot: single(readBoolean),
  console: single(readConsole),
  start_grace: single(readSeconds, { measure: { unit: SECONDS, of: (seconds) => seconds } }),
};

/** `shell`: a serial console is a new shell; `attach`: it is the terminal of process 1, which gets one. */
export type ConsoleKind = 'shell' | 'attach';

function readConsole(text: string): ConsoleKind {
  const word = text.trim().toLowerCase();
  if (word === 'shell' || word === 'attach') return word;
  throw new BadSetting('expected shell or attach');
}

function readVariable(text: string, name: string): string {
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) {
    throw new BadSetting('a variable is named by letters, digits, "_", "-" and ".", and starts with no digit');
  }
  if (text.includes('\0')) throw new BadSetting('a value cannot contain a NUL byte');
  return text;
}

/** A signal's name, with SIG, as the engine and Linux know it; a number is taken as well. */
function readSignal(text: string): string {
  const word = text.trim().toUpperCase();
  const name = word.startsWith('SIG') ? word : `SIG${word}`;
  if (name in constants.signals) return name;
  const realtime = /^SIGRTM(?:IN(?:\+([1-9]|1[0-5]))?|AX(?:-([1-9]|1[0-4]))?)$/.test(name);
  if (realtime) return name;
  const number = /^\d+$/.test(word) ? Number(word) : 0;
  const isKnown = number > 0 && Object.values<number>(constants.signals).includes(number);
  if (isKnown || (number >= LOWEST_REALTIME && number <= HIGHEST_REALTIME)) return String(number);
  throw new BadSetting('expected a signal such as SIGTERM, INT or 15');
}
