import { ServiceError, type ErrorKind, type NovaException } from '../errors/kinds.js';
import { create, type NovaObject } from '../objects/index.js';
import { pythonRepr } from './python-text.js';

/** Longest text that nova keeps of a fault (nova/compute/utils.py, exception_to_dict). */
const MAX_MESSAGE_LENGTH = 255;
const MAX_TRACEBACK_LENGTH = 16_384;

/** An error in the words of a Python exception. */
interface ExceptionWords {
  readonly name: string;
  /** Nova's own exceptions show their arguments in their repr(). */
  readonly kwargs: Readonly<Record<string, unknown>> | null;
  readonly message: string;
  readonly code: number;
}

function describeService({ kind, message, nova }: ServiceError): ExceptionWords {
  const { name, module, kwargs = {}, code = 500 } = nova ?? nameless(kind);
  // Python's own exceptions have no keyword arguments.
  return { name, kwargs: module === 'builtins' ? null : kwargs, message, code };
}

/** The same names that such an error has in the reply to a call. */
function nameless(kind: ErrorKind): NovaException {
  return kind === 'Unsupported' ? { name: 'NotImplementedError', module: 'builtins' } : { name: kind };
}

function describe(error: unknown): ExceptionWords {
  if (error instanceof ServiceError) return describeService(error);
  const [name, message] = error instanceof Error ? [error.name, error.message] : ['Error', ''];
  return { name, kwargs: null, message, code: 500 };
}

function repr({ name, kwargs, message, code }: ExceptionWords): string {
  if (kwargs === null) return message === '' ? `${name}()` : `${name}(${pythonRepr(message)})`;
  return pythonRepr({ kwargs: 'code' in kwargs ? kwargs : { ...kwargs, code }, message, class: name });
}

/** The `exception` of an unversioned notification: its repr() (nova/exception.py, NovaException, release 26). */
export function exceptionRepr(error: unknown): string {
  return repr(describe(error));
}

/** What an unversioned error notification says of its cause (nova/compute/utils.py, exception_to_dict, release 26). */
export function faultInfo(error: unknown): Readonly<Record<string, unknown>> {
  const words = describe(error);
  // What is no exception of Nova's was not written for people: only its class is told.
  const message = error instanceof ServiceError ? words.message : words.name;
  return { exception: repr(words), message: message.slice(0, MAX_MESSAGE_LENGTH), code: words.code };
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/** Function and module of the uppermost frame that is ours: `at async spawn (file:///…/src/compute/verbs/build.ts:80:3)`. */
function placeOf(error: unknown): { readonly functionName: string; readonly moduleName: string } {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frame = /^\s+at (?:async )?(?:new )?(?:([\w.$<>]+) .*?\()?[^()\n]*\/(?:src|dist)\/([\w/-]+)\.[cm]?[jt]s:/m.exec(
    stack,
  );
  return { functionName: frame?.[1] ?? 'unknown', moduleName: frame?.[2]?.replaceAll('/', '.') ?? 'unknown' };
}

/** The versioned form (nova/notifications/objects/exception.py, release 26). The traceback is JavaScript's. */
export function exceptionPayload(error: unknown): NovaObject<'ExceptionPayload'> {
  const { name, message } = describe(error);
  const { functionName, moduleName } = placeOf(error);
  const payload = create('ExceptionPayload', {
    module_name: moduleName,
    function_name: functionName,
    exception: name,
    exception_message: message,
    traceback: stackOf(error).slice(0, MAX_TRACEBACK_LENGTH),
  });
  payload.resetChanges();
  return payload;
}
