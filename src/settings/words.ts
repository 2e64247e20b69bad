import { BadSetting } from './bad-setting.js';

/**
 * A command line: a JSON list of texts (`["sh", "-c", "date"]`), or words as a shell divides them, with its quotes and
 * backslashes and nothing else of a shell: `$`, `*` and `;` are letters.
 *
 * @throws {BadSetting} naming what is wrong, never quoting it
 */
export function commandWords(text: string): readonly string[] {
  return text.trimStart().startsWith('[') ? jsonWords(text) : shellWords(text);
}

function jsonWords(text: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return noNul(value);
  throw new BadSetting('expected a JSON list of texts (it starts with "["), or words');
}

/** One word, or the space before it: outside of quotes, in single quotes, in double quotes, an escaped letter. */
const PIECES = /([^\s'"\\]+)|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|(\s+)/gy;

function shellWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let end = 0;
  for (const piece of text.matchAll(PIECES)) {
    end += piece[0].length;
    const [, , , , , space] = piece;
    if (space === undefined) word = (word ?? '') + textOf(piece);
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (end < text.length) throw new BadSetting('a quote is not closed, or a backslash stands at the end');
  return noNul(word === undefined ? words : [...words, word]);
}

function textOf([, plain, single, double, escaped]: readonly (string | undefined)[]): string {
  return plain ?? single ?? escaped ?? unescaped(double ?? '');
}

/** In double quotes a backslash protects only these (POSIX shell, 2.2.3). */
function unescaped(text: string): string {
  return text.replaceAll(/\\(["\\$`])/g, '$1');
}

function noNul(words: readonly string[]): readonly string[] {
  if (words.some((word) => word.includes('\0'))) throw new BadSetting('a word cannot contain a NUL byte');
  return words;
}
