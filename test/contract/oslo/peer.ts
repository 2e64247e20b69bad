import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export interface PeerAnswer {
  readonly result?: unknown;
  /** Class of what was raised, in Python. */
  readonly error?: string;
  readonly module?: string;
  readonly mro?: readonly string[];
  readonly text?: string;
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** Class named by a RemoteError. */
  readonly remote?: string | null;
}

/** The real oslo.messaging in a process of its own. */
export class PythonPeer {
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly waiting = new Map<number, (answer: PeerAnswer) => void>();
  private nextId = 1;

  constructor(url: string, options: Readonly<Record<string, unknown>> = {}) {
    const script = fileURLToPath(new URL('peer.py', import.meta.url));
    this.child = spawn('/usr/bin/python3', [script, url, JSON.stringify(options)], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    createInterface(this.child.stdout).on('line', (line) => {
      const answer = JSON.parse(line) as PeerAnswer & { readonly id: number };
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
  }

  /** Sends a command (see peer.py) and waits for its answer. */
  ask(op: string, command: object = {}): Promise<PeerAnswer> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.child.stdin.write(`${JSON.stringify({ ...command, op, id })}\n`);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
