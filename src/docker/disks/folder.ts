import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskKey } from '../../compute/ports/disks.js';

/** Layers of a taken disk beside those of its image. */
export interface LayerFiles {
  /** Of the ephemeral disks, at the bottom: a volume of the image may lie in one of them. */
  readonly ephemeral: string;
  readonly volumes: string;
}

/** Where they lie; those that are there. */
export function filesOf(folder: string, { instanceUuid, purpose }: DiskKey): LayerFiles {
  const path = join(folder, `${instanceUuid}.${purpose}`);
  return { ephemeral: `${path}.ephemeral`, volumes: `${path}.tar` };
}

/** What it is called until it is whole. */
export function unfinishedOf(file: string): string {
  return `${file}.part`;
}

/** The files of disks in the folder, half written ones too, and whose they are. */
export async function filesIn(folder: string): Promise<readonly { readonly path: string; readonly key: DiskKey }[]> {
  const names = (await unlessMissing(readdir(folder))) ?? [];
  return names.flatMap((name) => {
    const [, instanceUuid, purpose] = /^([0-9a-f-]{36})\.([\w.-]+)\.(?:tar|ephemeral)(?:\.part)?$/.exec(name) ?? [];
    if (instanceUuid === undefined || purpose === undefined) return [];
    return [{ path: join(folder, name), key: { instanceUuid, purpose } }];
  });
}

/** 0 for a file that is not there. */
export async function sizeOf(file: string): Promise<number> {
  return (await unlessMissing(stat(file)))?.size ?? 0;
}

async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
