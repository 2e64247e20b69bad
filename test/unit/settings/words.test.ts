import { deepEqual, equal, throws } from 'node:assert/strict';
import fc from 'fast-check';
import { commandWords } from '../../../src/settings/words.js';

describe('settings/words', () => {
  const rows: [text: string, words: readonly string[]][] = [
    ['sleep 10', ['sleep', '10']],
    ['  sleep\t10\n', ['sleep', '10']],
    ['sh -c "echo \\"a\\" $HOME \\d"', ['sh', '-c', 'echo "a" $HOME \\d']],
    [`sh -c 'echo "a" \\'`, ['sh', '-c', 'echo "a" \\']],
    [`--name=a' 'b"c"`, ['--name=a bc']],
    ['a\\ b \\"', ['a b', '"']],
    [`'' ""`, ['', '']],
    ['a; rm * | b', ['a;', 'rm', '*', '|', 'b']],
    ['', []],
    ['["sh", "-c", "a b"]', ['sh', '-c', 'a b']],
    [' []', []],
  ];
  for (const [text, words] of rows) {
    it(`divides ${JSON.stringify(text)}`, () => {
      deepEqual(commandWords(text), words);
    });
  }

  for (const text of ['echo "open', "echo 'open", 'echo \\', '["a", 1]', '["a"', '[{}]', '["a\\u0000b"]', 'a\0b']) {
    it(`refuses ${JSON.stringify(text)} without quoting it`, () => {
      throws(
        () => commandWords(text),
        (error: Error) => error.name === 'BadSetting' && !error.message.includes(text),
      );
    });
  }

  it('gives back what was quoted for it', () => {
    const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
    fc.assert(
      fc.property(fc.array(fc.string().map((word) => word.replaceAll('\0', ''))), (words) => {
        deepEqual(commandWords(words.map(quoted).join(' ')), words);
        deepEqual(commandWords(JSON.stringify(words)), words);
      }),
    );
  });

  it('is quick with texts made to be slow', () => {
    const text = `"${'\\'.repeat(60_000)}`;
    const before = performance.now();
    throws(() => commandWords(text));
    equal(performance.now() - before < 1000, true);
  });
});
