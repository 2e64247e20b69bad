import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Linux makes it anew at every boot. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

export interface HostBoot {
  /** The host was booted since the service ran last; false at its very first start. */
  readonly isNew: boolean;
  /** To be called when what a boot asks for is done: killed before that, the next start is the first one still. */
  readonly remember: () => Promise<void>;
}

/** Compares this boot of the host with the one that the last start of the service remembered. */
export async function lookAtBoot(statePath: string): Promise<HostBoot> {
  const file = join(statePath, 'boot_id');
  const now = (await readFile(BOOT_ID, 'utf8')).trim();
  const before = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
  const remember = async (): Promise<void> => {
    if (before === now) return;
    await writeFile(`${file}.new`, `${now}\n`);
    await rename(`${file}.new`, file);
  };
  return { isNew: before !== undefined && before !== now, remember };
}
