import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig, type ConfigSources, type LoadedConfig } from '../../../src/config/load.js';

export const facts = { hostname: 'node-1', ipv4: '192.0.2.7' };

/** Loads the given texts as files a.conf, b.conf, … in this order. Paths in messages are shortened to these names. */
export function load(texts: readonly string[], more: Partial<ConfigSources> = {}): LoadedConfig {
  const folder = mkdtempSync(path.join(tmpdir(), 'config-test-'));
  try {
    const files = texts.map((text, index) => {
      const file = path.join(folder, `${String.fromCharCode(97 + index)}.conf`);
      writeFileSync(file, text);
      return { kind: 'file' as const, path: file };
    });
    return loadConfig({ arguments: files, environment: {}, facts, places: [], ...more });
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replaceAll(`${folder}/`, '');
    throw error;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The lines of the error that loading these texts ends with. */
export function problemsOf(texts: readonly string[], more: Partial<ConfigSources> = {}): string[] {
  try {
    load(texts, more);
  } catch (error) {
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}
