import { ServiceError } from '../../errors/kinds.js';
import { optionalIntegerArg } from '../arguments.js';
import { guestKey, guestState } from '../guest.js';
import type { InstanceOperation } from '../operation.js';

/**
 * The last lines of the container's output (get_console_output, compute RPC 6.0). 0 lines is an empty text. Who asks for
 * a number of lines and splits what comes gets that number: the last one has no end of line.
 */
export async function consoleOutput(op: InstanceOperation): Promise<string> {
  const lines = optionalIntegerArg(op.request.args, 'tail_length');
  if (lines === 0) return '';
  const key = guestKey(op);
  if ((await guestState(op)) === undefined) {
    throw new ServiceError('NotFound', 'Guest does not have a console available.', {
      nova: { name: 'ConsoleNotAvailable', code: 404 },
    });
  }
  // Nova hands the text on as ASCII with replacement; a negative count means all, as its own API has it.
  const wanted = lines !== null && lines > 0 ? lines : null;
  const text = await op.parts.containers.consoleOutput(key, wanted);
  return (wanted === null ? text : text.replace(/\n$/, '')).replace(/[^\p{ASCII}]/gu, '?');
}
