/**
 * A process that serves one topic and dies by SIGKILL at the point that it is told to:
 *   mortal.ts <url> <topic> <inbox> <journal> <point>
 * The handler of `work` writes what it does into the journal: `begin <n> <attempt>` and `end <n>`.
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import type { Inbox, RpcRequest } from '../../../src/oslo/index.js';
import { DurableFolder } from '../../../src/oslo/inbox/durable-folder.js';
import { Rig } from './rig.js';

const [url = '', topic = '', path = '', journal = '', point = ''] = process.argv.slice(2);

function note(line: string): void {
  const file = openSync(journal, 'a');
  writeSync(file, `${line}\n`);
  fsyncSync(file);
  closeSync(file);
}

function dieAt(here: string): void {
  if (here === point) process.kill(process.pid, 'SIGKILL');
}

/** Dies around a method of the inbox. */
function mortal(name: 'put' | 'start' | 'finish', target: Inbox): void {
  const method = target[name].bind(target) as (...args: unknown[]) => Promise<unknown>;
  Object.assign(target, {
    [name]: async (...args: unknown[]) => {
      dieAt(`before ${name}`);
      const result = await method(...args);
      dieAt(`after ${name}`);
      return result;
    },
  });
}

async function work(request: RpcRequest): Promise<void> {
  note(`begin ${String(request.args['n'])} ${request.attempt}`);
  dieAt('at work');
  await new Promise((resolve) => setTimeout(resolve, 50));
  note(`end ${String(request.args['n'])}`);
}

const rig = new Rig(url);
const inbox = await rig.inbox(path);
for (const name of ['put', 'start', 'finish'] as const) mortal(name, inbox);
const { remove } = Object.getOwnPropertyDescriptors(DurableFolder.prototype);
DurableFolder.prototype.remove = function (name): Promise<void> {
  dieAt('before removal');
  return (remove.value as (name: string) => Promise<void>).call(this, name);
};
await rig.serve(
  topic,
  { work },
  { inbox, onParked: (message) => Promise.resolve(note(`parked ${String(message.args['n'])}`)) },
);
note('serving');
