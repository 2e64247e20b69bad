import fc from 'fast-check';
import { options } from './corpus.js';
import type { ConfigCase } from './oracle.js';

/** Cases that reach into every corner of the grammar, some broken. */
export const generated = (): fc.Arbitrary<ConfigCase> => {
  // Which absurd URIs count as such differs; the corpus has the sensible ones.
  const key = fc.constantFrom(
    ...options.map(({ name }) => name).filter((name) => name !== 'uri'),
    'former',
    'x-y',
    'unknown',
  );
  const piece = fc.constantFrom(
    ...[
      'a',
      'B',
      '1',
      '0',
      '-',
      '.',
      ',',
      ':',
      ' ',
      '=',
      '#',
      ';',
      '"',
      "'",
      '[',
      ']',
      '_',
      '/',
      '://',
      'true',
      'no',
      '\t',
    ],
    ...[
      '$',
      '$$',
      '\\$',
      '\\',
      '${path}',
      '$flag',
      '$one.string',
      '$integer',
      '{',
      '}',
      '1.5',
      '::',
      'e3',
      '\u00a0',
      '\u0085',
      'ä',
      '10.0.0.1',
    ],
  );
  const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
  const line = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.tuple(key, fc.constantFrom('=', ' = ', ':', ' : '), text).map((parts) => parts.join('')),
    },
    {
      weight: 4,
      arbitrary: fc.constantFrom('[DEFAULT]', '[one]', '[two]', '[One]', '[old_group]', '[other]', '[default]'),
    },
    { weight: 3, arbitrary: text.map((rest) => `  ${rest}`) },
    { weight: 2, arbitrary: fc.constantFrom('', '   ', '# comment', '; comment') },
    { weight: 1, arbitrary: text },
  );
  const file = fc
    .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'))
    .map(([all, end]) => ['[DEFAULT]', ...all].join(end));
  return fc.record({ options: fc.constant(options), files: fc.array(file, { minLength: 1, maxLength: 3 }) });
};
