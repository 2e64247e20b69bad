import type { Duplex } from 'node:stream';
import { answerDone, answerJson } from './answer.js';
import type { Engine } from './engine.js';

/** GET /exec/ID/json, the parts that are read. */
export interface ExecState {
  readonly Running: boolean;
  readonly ExitCode: number | null;
  /** As the engine sees it. */
  readonly Pid: number;
  readonly ContainerID: string;
}

export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Keys that make the engine let go of a terminal. They can't be switched off, and what looks like their beginning is held
 * back until the next key: the engine's own begin with ctrl-p, which every shell uses.
 */
export const DETACH_KEYS = 'ctrl-^,ctrl-@,ctrl-^,ctrl-@,ctrl-^,ctrl-@';

/** Whether a command runs, and how it ended. Throws NotFound once the engine has forgotten it. */
export function inspectExec(engine: Engine, execId: string): Promise<ExecState> {
  return engine.short('exec.inspect', async (dial) =>
    answerJson(await dial({ method: 'GET', path: `${exec(execId)}/json` })),
  );
}

export async function resizeExec(engine: Engine, execId: string, size: TerminalSize): Promise<void> {
  await resize(engine, 'exec.resize', exec(execId), size);
}

/** The terminal of a container's first process. */
export function attach(engine: Engine, containerId: string): Promise<Duplex> {
  const query = new URLSearchParams({ stream: '1', stdin: '1', stdout: '1', stderr: '1', detachKeys: DETACH_KEYS });
  return engine.stream('container.attach', `/containers/${containerId}/attach?${query.toString()}`, {});
}

export async function resizeAttached(engine: Engine, containerId: string, size: TerminalSize): Promise<void> {
  await resize(engine, 'container.resize', `/containers/${containerId}`, size);
}

async function resize(engine: Engine, name: string, path: string, { rows, columns }: TerminalSize): Promise<void> {
  await engine.short(name, async (dial) => {
    await answerDone(await dial({ method: 'POST', path: `${path}/resize`, query: { h: rows, w: columns } }));
  });
}

function exec(execId: string): string {
  return `/exec/${encodeURIComponent(execId)}`;
}
