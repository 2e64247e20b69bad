import type { Duplex } from 'node:stream';
import { ServiceError } from '../../errors/kinds.js';
import type { ContainerKey, InsideCommand, InsideResult } from '../../compute/ports/containers.js';
import { unframed } from '../console/frames.js';
import { createExec, startExec } from '../engine/containers.js';
import { inspectExec } from '../engine/terminals.js';
import type { ContainerParts } from './parts.js';
import { containerMissing } from './refusals.js';

const MAX_OUTPUT_BYTES = 64 * 1024;

/** Exit codes by which runtimes tell that a program could not be run: not executable, not found. */
const NOT_RUN: ReadonlySet<number> = new Set([126, 127]);

/** Runs a command in our running container; see the port. Its input never stands in an argument or an environment. */
export async function runInside(
  { engine, ours }: ContainerParts,
  key: ContainerKey,
  { command, input, user = 'root', timeoutMs }: InsideCommand,
): Promise<InsideResult> {
  const result = await ours.act(key, async (id) => {
    const streams = { AttachStdin: input !== undefined, AttachStdout: true, AttachStderr: true };
    const execId = await createExec(engine, id, { Cmd: command, User: user, Tty: false, ...streams });
    const output = await talk(await startExec(engine, execId, false), input, timeoutMs);
    const { ExitCode: exitCode } = await inspectExec(engine, execId);
    return { exitCode: exitCode ?? -1, output };
  });
  if (result === undefined) throw containerMissing(key);
  if (NOT_RUN.has(result.exitCode)) {
    throw new ServiceError('Unsupported', `The container cannot run ${command[0] ?? ''}: ${result.output.trim()}`);
  }
  return result;
}

/** Writes the input and reads until the command has closed its output. Throws Timeout. */
async function talk(stream: Duplex, input: string | undefined, timeoutMs: number): Promise<string> {
  const timer = setTimeout(() => {
    stream.destroy(new ServiceError('Timeout', `A command in the container did not end within ${timeoutMs / 1000} s.`));
  }, timeoutMs);
  try {
    if (input !== undefined) stream.end(input);
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of unframed(stream as AsyncIterable<Uint8Array>)) {
      length += chunk.length;
      if (length <= MAX_OUTPUT_BYTES) chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}
