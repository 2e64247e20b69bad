import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { COMPUTE_VERSIONS } from '../../app/messaging.js';
import { kindOf, messageOf, ServiceError } from '../../errors/kinds.js';
import { createRedactor } from '../../observe/redact.js';
import { ObjectValidator } from '../../objects/index.js';
import type { Execute } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { readCaptured } from './captured.js';
import { explain } from './explain.js';

/** Explains the messages of a file. Needs no configuration and asks nobody. */
export const execute: Execute = async ({ operands: [path = '-'] }, { stdout, stderr }) => {
  const parts = { redactor: createRedactor(), validator: new ObjectValidator(), versions: COMPUTE_VERSIONS };
  try {
    const messages = readCaptured(await contentOf(path));
    stdout.write(messages.map((captured) => explain(captured, parts)).join('\n'));
    return exitCodes.ok;
  } catch (error) {
    if (kindOf(error) === 'Internal') throw error;
    stderr.write(`${path === '-' ? 'standard input' : path}: ${messageOf(error)}\n`);
    return exitCodes.failed;
  }
};

async function contentOf(path: string): Promise<Buffer> {
  if (path === '-') return buffer(process.stdin);
  try {
    return await readFile(path);
  } catch (error) {
    throw new ServiceError('NotFound', messageOf(error), { cause: error });
  }
}
