import { sampleConfig } from '../config/sample.js';
import type { Execute } from './command.js';
import { exitCodes } from './exit-codes.js';

/** Prints the sample configuration: every option with its help and default. */
export const execute: Execute = (_invocation, { stdout }) => {
  stdout.write(sampleConfig());
  return Promise.resolve(exitCodes.ok);
};
