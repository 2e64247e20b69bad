import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseIni } from '../../../src/config/ini.js';

const values = (text: string) =>
  parseIni(text, 'f').assignments.map(({ section, key, value, line }) => [section, key, value, line]);
const problems = (text: string) => parseIni(text, 'f').problems.map(({ line, text: what }) => `${line}: ${what}`);

describe('config/ini', () => {
  const cases: [title: string, text: string, expected: unknown[]][] = [
    ['key = value', '[a]\nk = v\n', [['a', 'k', 'v', 2]]],
    ['key: value', '[a]\nk: v', [['a', 'k', 'v', 2]]],
    [
      'the first divider counts',
      '[a]\nk = http://h:1/x=y\nl: a=b',
      [
        ['a', 'k', 'http://h:1/x=y', 2],
        ['a', 'l', 'a=b', 3],
      ],
    ],
    [
      '# and ; only at the start of a line',
      '[a]\n# c\n; c\nk = rabbit://u:p#1;2@h/',
      [['a', 'k', 'rabbit://u:p#1;2@h/', 4]],
    ],
    [
      'continuation by space or tab',
      '[a]\nk = 1,\n  2,\n\t3\nl = 4',
      [
        ['a', 'k', '1,\n2,\n3', 2],
        ['a', 'l', '4', 5],
      ],
    ],
    ['a comment in a continuation belongs to the value', '[a]\nk = 1\n  # 2', [['a', 'k', '1\n# 2', 2]]],
    ['a value may start on the next line', '[a]\nk =\n  v', [['a', 'k', '\nv', 2]]],
    [
      'quotes around the first line fall away',
      `[a]\nk = " v "\nl = 'x'\nm = "x'\nn = "a" and "b"`,
      [
        ['a', 'k', ' v ', 2],
        ['a', 'l', 'x', 3],
        ['a', 'm', `"x'`, 4],
        ['a', 'n', 'a" and "b', 5],
      ],
    ],
    ['a single quote sign is an empty text', '[a]\nk = "', [['a', 'k', '', 2]]],
    [
      'repeated keys and sections stay apart',
      '[a]\nk=1\n[b]\nk=2\n[a]\nk=3',
      [
        ['a', 'k', '1', 2],
        ['b', 'k', '2', 4],
        ['a', 'k', '3', 6],
      ],
    ],
    [
      'line ends of other systems',
      '[a]\r\nk=1\rl=2\r\n',
      [
        ['a', 'k', '1', 2],
        ['a', 'l', '2', 3],
      ],
    ],
    ['section names keep case, spaces and brackets', '[ A]b ]\nk=1', [[' A]b ', 'k', '1', 2]]],
    ['empty value', '[a]\nk =\n', [['a', 'k', '', 2]]],
  ];
  for (const [title, text, expected] of cases) {
    it(title, () => assert.deepEqual(values(text), expected));
  }

  it('an empty line ends a value', () => {
    assert.match(problems('[a]\nk = 1\n\n  2').join(), /^4: .*starts with a space/);
  });

  it('tells every mistake with its line, and never quotes it', () => {
    const text = 'early = hunter2\n[a]\nhunter2\n= hunter2\n[b\nk = 1\n[]\n[c] # hunter2\n[d]\n';
    const found = problems(text);
    assert.deepEqual(
      found.map((each) => Number.parseInt(each)),
      [1, 3, 4, 5, 7, 8],
    );
    assert.doesNotMatch(found.join(), /hunter2/);
  });

  it('does not give values below a broken section line to the section before', () => {
    assert.deepEqual(values('[a]\nk=1\n[b\nk=2'), [['a', 'k', '1', 2]]);
  });

  it('reads back any values, as long as they have no outer space, quotes or line ends', () => {
    const value = fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !/^\s|\s$|^["']|\p{Cc}/u.test(text));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 6 }), (texts) => {
        const file = ['[s]', ...texts.map((text, index) => `k${index} = ${text}`)].join('\n');
        assert.deepEqual(
          values(file).map(([, , text]) => text),
          texts,
        );
      }),
    );
  });
});
