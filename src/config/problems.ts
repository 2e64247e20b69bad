import { ServiceError } from '../errors/kinds.js';

/** One thing to mend before the service can start, and where. Never quotes a value that may be secret. */
export interface ConfigProblem {
  /** A file, an environment variable or the command line. */
  readonly file: string;
  readonly line?: number;
  readonly text: string;
}

/** `/etc/nova/nova.conf:12: text` */
export function describeProblem({ file, line, text }: ConfigProblem): string {
  return line === undefined ? `${file}: ${text}` : `${file}:${line}: ${text}`;
}

/** All problems of all sources as one error of kind Invalid, in the order of the sources. */
export function configError(problems: readonly ConfigProblem[]): ServiceError {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  const lines = problems.map((problem) => `  ${describeProblem(problem)}`);
  return new ServiceError('Invalid', [`The configuration has ${count}:`, ...lines].join('\n'));
}
