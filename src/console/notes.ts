import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Whose port it is, and until when. */
export interface Allotment {
  readonly instanceUuid: string;
  readonly userId: string | null;
  readonly projectId: string | null;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/**
 * What must be known of consoles after a restart: a small file for each port in use, and for each terminal that may be
 * running. Nothing is synced: after a power cut no shell runs, and users ask for a new address.
 */
export class ConsoleNotes {
  readonly #ports: string;
  readonly #terminals: string;

  constructor(folder: string) {
    this.#ports = join(folder, 'ports');
    this.#terminals = join(folder, 'terminals');
  }

  /** Makes the folders. To be called first. */
  async open(): Promise<void> {
    for (const folder of [this.#ports, this.#terminals]) await mkdir(folder, { recursive: true, mode: 0o700 });
  }

  async keepPort(port: number, allotment: Allotment): Promise<void> {
    const file = join(this.#ports, String(port));
    // A name that no port has, so that a half-written one is never read.
    const temporary = `${file}.new`;
    await writeFile(temporary, JSON.stringify(allotment), { mode: 0o600 });
    await rename(temporary, file);
  }

  async forgetPort(port: number): Promise<void> {
    await rm(join(this.#ports, String(port)), { force: true });
  }

  /** Files that can't be read count as none. */
  async ports(): Promise<ReadonlyMap<number, Allotment>> {
    const ports = new Map<number, Allotment>();
    for (const name of await readdir(this.#ports)) {
      const allotment = /^\d+$/.test(name) ? readAllotment(await readFile(join(this.#ports, name), 'utf8')) : undefined;
      if (allotment === undefined) await rm(join(this.#ports, name), { force: true });
      else ports.set(Number(name), allotment);
    }
    return ports;
  }

  async keepTerminal(terminalId: string): Promise<void> {
    await writeFile(join(this.#terminals, encodeURIComponent(terminalId)), '', { mode: 0o600 });
  }

  async forgetTerminal(terminalId: string): Promise<void> {
    await rm(join(this.#terminals, encodeURIComponent(terminalId)), { force: true });
  }

  async terminals(): Promise<readonly string[]> {
    return (await readdir(this.#terminals)).map(decodeURIComponent);
  }
}

function readAllotment(text: string): Allotment | undefined {
  try {
    const { instanceUuid, userId, projectId, until } = JSON.parse(text) as Partial<Record<keyof Allotment, unknown>>;
    if (typeof instanceUuid !== 'string' || typeof until !== 'number') return undefined;
    return { instanceUuid, userId: textOrNull(userId), projectId: textOrNull(projectId), until };
  } catch {
    return undefined;
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
