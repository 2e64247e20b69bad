import { ServiceError, type ErrorKind } from '../../../src/errors/kinds.js';

/** For `rejects`: a ServiceError of this kind, with such a text. */
export function failsAs(kind: ErrorKind, text: RegExp): (error: unknown) => boolean {
  return (error) => {
    if (error instanceof ServiceError && error.kind === kind && text.test(error.message)) return true;
    throw error;
  };
}
