import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DedicatedCpus } from '../../compute/ports/dedicated-cpus.js';
import { messageOf, ServiceError } from '../../errors/kinds.js';
import { chooseCpus } from './choose.js';
import type { CpuPlace } from './places.js';

type Pins = ReadonlyMap<string, readonly number[]>;

/**
 * Which CPUs are whose, remembered in one small file (`{"<instance uuid>": [2, 3]}`).
 *
 * INVARIANTS: one change at a time; a CPU is in the file, and the file on the disk, before anybody is told that it is
 * his, and nobody else is given it until it is out of the file. So a crash at any point gives no CPU to two.
 */
export class CpuPins implements DedicatedCpus {
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly file: string,
    private readonly places: readonly CpuPlace[],
    private pins: Pins,
  ) {}

  /** `places`: the CPUs that may be given away. Throws Invalid for a file that is none of ours. */
  static async open(file: string, places: readonly CpuPlace[]): Promise<CpuPins> {
    return new CpuPins(file, places, await readPins(file));
  }

  reserve(instanceUuid: string, count: number): Promise<readonly number[]> {
    return this.#inTurn(async () => {
      const chosen = this.#choose(instanceUuid, count);
      if (chosen !== this.pins.get(instanceUuid)) await this.#write(new Map([...this.pins, [instanceUuid, chosen]]));
      return chosen;
    });
  }

  choose(instanceUuid: string, count: number): Promise<readonly number[]> {
    return this.#inTurn(() => Promise.resolve(this.#choose(instanceUuid, count)));
  }

  release(instanceUuid: string): Promise<void> {
    return this.#forget((uuid) => uuid === instanceUuid);
  }

  keepOnly(instanceUuids: ReadonlySet<string>): Promise<void> {
    return this.#forget((uuid) => !instanceUuids.has(uuid));
  }

  #choose(instanceUuid: string, count: number): readonly number[] {
    const ours = new Set(this.places.map(({ cpu }) => cpu));
    const known = this.pins.get(instanceUuid);
    if (known?.length === count && known.every((cpu) => ours.has(cpu))) return known;
    const others = [...this.pins].filter(([uuid]) => uuid !== instanceUuid);
    const taken = new Set(others.flatMap(([, cpus]) => cpus));
    const free = this.places.filter(({ cpu }) => !taken.has(cpu));
    const chosen = chooseCpus(free, count);
    if (chosen === undefined) throw notEnough(count, free.length, this.places.length);
    return chosen;
  }

  #forget(which: (uuid: string) => boolean): Promise<void> {
    return this.#inTurn(async () => {
      const kept = [...this.pins].filter(([uuid]) => !which(uuid));
      if (kept.length < this.pins.size) await this.#write(new Map(kept));
    });
  }

  async #write(pins: Pins): Promise<void> {
    const file = await open(`${this.file}.new`, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(Object.fromEntries(pins)));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${this.file}.new`, this.file);
    const folder = await open(dirname(this.file), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    this.pins = pins;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}

async function readPins(file: string): Promise<Pins> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
  try {
    return new Map(Object.entries(JSON.parse(text) as Record<string, readonly number[]>));
  } catch (error) {
    throw new ServiceError(
      'Invalid',
      `${file} tells which CPUs are whose and can't be read (${messageOf(error)}). Look by docker inspect which CPUs ` +
        'the containers of instances have (CpusetCpus) and write it anew, or remove it if no instance has its own.',
      { cause: error },
    );
  }
}

function notEnough(count: number, free: number, all: number): ServiceError {
  const reason = `${count} CPUs of its own are wanted, ${free} of ${all} are free`;
  return new ServiceError('Conflict', `Insufficient compute resources: ${reason}.`, {
    nova: { name: 'ComputeResourcesUnavailable', kwargs: { reason } },
  });
}
