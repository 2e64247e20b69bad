import { pythonJson } from './pythonjson.js';

/** JSON text -> value; undefined for a text that is no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Value -> JSON text in Python's manner. */
export function writeJson(value: unknown): string {
  return pythonJson(value);
}
