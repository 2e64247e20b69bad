import type { Duplex } from 'node:stream';
import type { ContainerKey } from '../../compute/ports/containers.js';
import type { Terminals } from '../../compute/ports/consoles.js';
import { kindOf } from '../../errors/kinds.js';
import type { ContainerParts } from '../containers/parts.js';
import { containerMissing } from '../containers/refusals.js';
import { createExec, inspectContainer, startExec } from '../engine/containers.js';
import { attach, DETACH_KEYS, inspectExec, resizeAttached, resizeExec, type ExecState } from '../engine/terminals.js';
import type { HostProcesses } from '../host/processes.js';
import type { Clock } from '../settings.js';

export interface TerminalParts extends ContainerParts {
  readonly processes: HostProcesses;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** bash where there is one: most people look for it. Both take -l; the profile sets PATH. */
const SHELL = ['/bin/sh', '-c', 'exec "$(command -v bash || echo /bin/sh)" -l'];
/** No size comes with a serial line. This is what terminals begin with; programs that want more are told by `stty`. */
const SIZE = { rows: 24, columns: 80 };
const ATTACHED = 'attach:';
const HANG_UP_MS = 3000;
const LOOK_MS = 100;

/**
 * Terminals in containers: a shell of its own for each, run as the container's user, or, in a container that was made with
 * a terminal (`docker:console=attach`), process 1's own, which all share.
 */
export function createTerminals(parts: TerminalParts): Terminals {
  return {
    async prepare(instanceUuid) {
      const ofRescue = await prepare(parts, { instanceUuid, role: 'rescue' });
      const terminalId = ofRescue ?? (await prepare(parts, { instanceUuid, role: 'main' }));
      if (terminalId === undefined) throw containerMissing({ instanceUuid, role: 'main' });
      return terminalId;
    },
    open: (id) => open(parts, id),
    hangUp: (id) => (id.startsWith(ATTACHED) ? Promise.resolve() : hangUp(parts, id)),
  };
}

/** undefined: there is no such container. */
async function prepare({ engine, ours }: TerminalParts, key: ContainerKey): Promise<string | undefined> {
  return ours.act(key, async (id) => {
    const { Config: config } = await inspectContainer(engine, id);
    if (config.Tty && config.OpenStdin) return `${ATTACHED}${id}`;
    const streams = { AttachStdin: true, AttachStdout: true, AttachStderr: true };
    const options = { Cmd: SHELL, Tty: true, Env: ['TERM=xterm'], DetachKeys: DETACH_KEYS };
    return createExec(engine, id, { ...options, ...streams });
  });
}

async function open({ engine, log }: TerminalParts, terminalId: string): Promise<Duplex> {
  const isAttached = terminalId.startsWith(ATTACHED);
  const containerId = terminalId.slice(ATTACHED.length);
  const stream = await (isAttached ? attach(engine, containerId) : startExec(engine, terminalId, true));
  // A shell that ended at once has no size any more.
  await (isAttached ? resizeAttached(engine, containerId, SIZE) : resizeExec(engine, terminalId, SIZE)).catch(
    (error: unknown) => log.debug('A terminal keeps its size', { error }),
  );
  return stream;
}

/**
 * An engine leaves a shell running when its client is gone, and has no call to end it. Its process gets what a line that
 * is hung up sends; one that does not care is killed.
 */
async function hangUp(parts: TerminalParts, execId: string): Promise<void> {
  const { clock, processes } = parts;
  for (const signal of ['SIGHUP', 'SIGKILL'] as const) {
    const shell = await running(parts, execId);
    if (shell === undefined || !(await processes.signal(shell.Pid, shell.ContainerID, signal))) return;
    for (let waitedMs = 0; waitedMs < HANG_UP_MS; waitedMs += LOOK_MS) {
      if ((await running(parts, execId)) === undefined) return;
      await clock.sleep(LOOK_MS, new AbortController().signal);
    }
  }
}

async function running({ engine }: TerminalParts, execId: string): Promise<ExecState | undefined> {
  try {
    const found = await inspectExec(engine, execId);
    return found.Running && found.Pid > 0 ? found : undefined;
  } catch (error) {
    if (kindOf(error) === 'NotFound') return undefined;
    throw error;
  }
}
