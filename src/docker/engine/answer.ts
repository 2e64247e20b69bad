import type { IncomingMessage } from 'node:http';
import { EngineRefusal } from './failure.js';

/** Longest message of a refusal that is read. */
const LONGEST_REFUSAL = 64 * 1024;

/** Reads an answer to its end and throws it away. */
export async function answerDone(answer: IncomingMessage): Promise<void> {
  for await (const _chunk of answer);
}

/** Reads the whole answer as JSON. Throws when the engine dies before its end. */
export async function answerJson<T>(answer: IncomingMessage): Promise<T> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as T;
}

/** The values of an answer that is a row of JSON values, one a line, as they come. */
export async function* answerLines<T>(answer: IncomingMessage): AsyncGenerator<T> {
  let rest = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as T;
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as T;
}

/** An answer that says no, as an error with the engine's own message. */
export async function refusalOf(answer: IncomingMessage): Promise<EngineRefusal> {
  const status = answer.statusCode ?? 0;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    length += (chunk as Buffer).length;
    if (length <= LONGEST_REFUSAL) chunks.push(chunk as Buffer);
  }
  return new EngineRefusal(status, messageIn(Buffer.concat(chunks).toString('utf8')));
}

function messageIn(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string') {
      return body.message;
    }
  } catch {
    // Some refusals (a path that no engine knows) come as plain text.
  }
  return text;
}
