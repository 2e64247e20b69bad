import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Linux makes it anew at every boot. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** Whether the host was booted since the service ran last; false at its very first start. Remembers this boot. */
export async function hostWasRebooted(statePath: string): Promise<boolean> {
  const file = join(statePath, 'boot_id');
  const now = (await readFile(BOOT_ID, 'utf8')).trim();
  const before = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
  if (before === now) return false;
  await writeFile(`${file}.new`, `${now}\n`);
  await rename(`${file}.new`, file);
  return before !== undefined;
}
