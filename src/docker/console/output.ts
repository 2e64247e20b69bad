import type { ContainerKey } from '../../compute/ports/containers.js';
import { containerLogs, inspectContainer } from '../engine/containers.js';
import type { ContainerParts } from '../containers/parts.js';
import { containerMissing } from '../containers/refusals.js';
import { unframed } from './frames.js';
import { tailText } from './tail.js';

/** Most bytes of console that Nova's drivers give (nova/virt/libvirt/driver.py MAX_CONSOLE_BYTES, release 26). */
const MAX_CONSOLE_BYTES = 100 * 1024;

/** The last lines of output of a running or ended container. Throws NotFound without one. */
export async function consoleOutput(
  { engine, ours }: ContainerParts,
  key: ContainerKey,
  lines: number | null,
): Promise<string> {
  // A line has a byte at least, so more lines than bytes can't be shown.
  const tail = Math.min(lines ?? MAX_CONSOLE_BYTES, MAX_CONSOLE_BYTES);
  if (tail <= 0) return '';
  const text = await ours.act(key, async (id) => {
    const { Config: config } = await inspectContainer(engine, id);
    return containerLogs(engine, id, tail, (answer) =>
      tailText(config.Tty ? answer : unframed(answer), MAX_CONSOLE_BYTES),
    );
  });
  if (text === undefined) throw containerMissing(key);
  return text;
}
