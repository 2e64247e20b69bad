import type { Command, Invocation } from './command.js';
import type { CommandLine } from './command-line.js';
import { ServiceError } from '../errors/kinds.js';
import { nearestName } from '../config/nearest.js';

export interface Chosen {
  readonly command: Command;
  readonly invocation: Invocation;
}

/**
 * The command that a line asks for; without words the first one of the list.
 *
 * @throws {ServiceError} of kind Invalid if there is none such, or its operands are too few or too many
 */
export function chooseCommand(commands: readonly Command[], line: CommandLine): Chosen {
  const [first] = commands;
  const matching = commands.filter(({ words }) => words.every((word, index) => line.words[index] === word));
  const command = line.words.length === 0 ? first : matching.toSorted((a, b) => b.words.length - a.words.length)[0];
  if (command === undefined) throw unknownCommand(commands, line);
  const operands = line.words.slice(command.words.length);
  const wanted = command.operands ?? [];
  const name = command.words.join(' ');
  if (operands.length > wanted.length) {
    throw new ServiceError(
      'Invalid',
      `"${name}" does not know what to do with "${operands.slice(wanted.length).join(' ')}"`,
    );
  }
  if (operands.length < wanted.length) {
    throw new ServiceError('Invalid', `"${name}" needs ${wanted.slice(operands.length).join(' ')}`);
  }
  return { command, invocation: { line, operands } };
}

function unknownCommand(commands: readonly Command[], { words }: CommandLine): ServiceError {
  const names = commands.map((each) => each.words.join(' '));
  const given = words.join(' ');
  const nearest = nearestName(given, names);
  const hint = nearest === undefined ? `the commands are ${names.join(', ')}` : `did you mean "${nearest}"?`;
  return new ServiceError('Invalid', `there is no command "${given}"; ${hint}`);
}
