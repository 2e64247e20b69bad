import { Duplex } from 'node:stream';
import type { Terminals } from '../../../src/compute/ports/consoles.js';

/** Terminals that answer in capitals. */
export class FakeTerminals implements Terminals {
  readonly open_ = new Map<string, Duplex>();
  readonly hungUp: string[] = [];
  failure: Error | undefined;
  #count = 0;

  prepare(): Promise<string> {
    this.#count += 1;
    return this.failure === undefined ? Promise.resolve(`shell/${this.#count}`) : Promise.reject(this.failure);
  }

  open(id: string): Promise<Duplex> {
    const stream: Duplex = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        stream.push(chunk.toString().toUpperCase());
        done();
      },
    });
    this.open_.set(id, stream);
    return Promise.resolve(stream);
  }

  hangUp(id: string): Promise<void> {
    this.hungUp.push(id);
    this.open_.get(id)?.destroy();
    return Promise.resolve();
  }
}
