import assert from 'node:assert/strict';
import { chooseCommand } from '../../../src/cli/commands.js';
import type { Command } from '../../../src/cli/command.js';
import { parseCommandLine } from '../../../src/cli/command-line.js';

describe('cli/command-line', () => {
  it('understands options in both spellings, before and behind the command', () => {
    const line = parseCommandLine([
      '--config-file',
      'a',
      'config',
      '--config-dir=b=c',
      'check',
      '-d',
      '--nodebug',
      '--log-file',
      'x',
      '--logdir=y',
      '--config-file=d',
      '--',
      '--z',
    ]);
    assert.deepEqual(line.words, ['config', 'check', '--z']);
    assert.deepEqual(line.configArguments, [
      { kind: 'file', path: 'a' },
      { kind: 'dir', path: 'b=c' },
      { kind: 'file', path: 'd' },
    ]);
    assert.deepEqual(line.values, [
      { name: 'debug', text: 'true' },
      { name: 'debug', text: 'false' },
      { name: 'log_file', text: 'x' },
      { name: 'log_dir', text: 'y' },
    ]);
    assert.deepEqual([line.help, line.version], [false, false]);
  });

  const mistakes: [args: string[], expected: RegExp][] = [
    [['--config-fiel', 'x'], /no option --config-fiel; did you mean --config-file\?/],
    [['--log_file=x'], /no option --log_file; did you mean --log-file\?/],
    [['-x'], /no option -x$/],
    [['-debug'], /no option -debug; did you mean --debug\?/],
    [['--toString'], /no option --toString$/],
    [['--config-file'], /--config-file needs a value/],
    [['--debug=yes'], /--debug takes no value/],
  ];
  for (const [args, expected] of mistakes)
    it(args.join(' '), () => assert.throws(() => parseCommandLine(args), expected));
});

describe('cli/commands', () => {
  const command = (words: string, ...operands: string[]): Command => ({
    words: words.split(' '),
    operands,
    summary: '',
    load: () => Promise.reject(new Error('not loaded here')),
  });
  const commands = [command('run'), command('config check'), command('decode', '<file>')];
  const choose = (...words: string[]) => chooseCommand(commands, { ...parseCommandLine([]), words });

  it('takes the first without words, and hands over operands', () => {
    assert.equal(choose().command, commands[0]);
    assert.equal(choose('config', 'check').command, commands[1]);
    assert.deepEqual(choose('decode', 'x').invocation.operands, ['x']);
  });

  const mistakes: [words: string[], expected: RegExp][] = [
    [['rum'], /no command "rum"; did you mean "run"\?/],
    [['config'], /the commands are run, config check, decode/],
    [['run', 'fast'], /"run" does not know what to do with "fast"/],
    [['decode'], /"decode" needs <file>/],
  ];
  for (const [words, expected] of mistakes) it(words.join(' '), () => assert.throws(() => choose(...words), expected));
});
