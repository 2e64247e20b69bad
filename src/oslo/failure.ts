import { ServiceError, type ErrorKind, type NovaException } from '../errors/kinds.js';
import { isWireObject, type WireObject } from './envelope.js';

/** Kind of an exception class of the peers; undefined for a class that is not known. */
export type KindOfClass = (className: string) => ErrorKind | undefined;

/** Classes that the messaging library itself and Python raise. */
const OWN_CLASSES: ReadonlyMap<string, ErrorKind> = new Map([
  ['UnsupportedVersion', 'Unsupported'],
  ['NoSuchMethod', 'Unsupported'],
  ['NotImplementedError', 'Unsupported'],
  ['MessagingTimeout', 'Timeout'],
  ['MessageDeliveryFailure', 'Unavailable'],
]);

/** Module of the dispatcher's own exceptions (oslo_messaging/rpc/dispatcher.py). */
const DISPATCHER = 'oslo_messaging.rpc.dispatcher';

/** No endpoint serves this version of the interface. */
export function unsupportedVersion(version: string, method: string): ServiceError {
  return new ServiceError(
    'Unsupported',
    `Endpoint does not support RPC version ${version}. Attempted method: ${method}`,
    {
      nova: { name: 'UnsupportedVersion', module: DISPATCHER },
    },
  );
}

/** An endpoint serves the version, but none has the method. */
export function noSuchMethod(method: string): ServiceError {
  return new ServiceError('Unsupported', `Endpoint does not support RPC method ${method}`, {
    nova: { name: 'NoSuchMethod', module: DISPATCHER },
  });
}

/**
 * What an error without a Nova exception is called on the wire. A module outside of the caller's allowed list makes
 * it raise RemoteError(class, message), which nova-api answers with 500.
 */
function describe(error: unknown): NovaException & { readonly trace: boolean } {
  if (error instanceof ServiceError) {
    if (error.nova) return { ...error.nova, trace: false };
    if (error.kind === 'Unsupported') return { name: 'NotImplementedError', module: 'builtins', trace: false };
    return { name: error.kind, module: 'service', trace: false };
  }
  return { name: error instanceof Error ? error.name : 'Error', module: 'service', trace: true };
}

function stackOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack
    .split('\n')
    .slice(1)
    .map((line) => `${line}\n`);
}

/**
 * The `failure` of a reply: JSON that the caller's library turns into the named exception, made by
 * class(*args, **kwargs) (oslo_messaging/_drivers/common.py, deserialize_remote_exception, release 14).
 * A programming error carries its stack as traceback; an expected error has none.
 */
export function encodeFailure(error: unknown): string {
  const { name, module = 'nova.exception', kwargs = {}, trace } = describe(error);
  const message = error instanceof Error ? error.message : String(error);
  return JSON.stringify({
    class: name,
    module,
    message,
    tb: trace ? stackOf(error) : [],
    args: [message],
    // Built-in exceptions take no keyword arguments.
    kwargs: module === 'builtins' ? {} : kwargs,
  });
}

function parseFailure(failure: string): WireObject {
  try {
    const parsed: unknown = JSON.parse(failure);
    return isWireObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * The error that a reply's `failure` stands for. Its kind comes from the caller's table of classes, `Internal` for a
 * class that nobody knows; `nova` names the class, so that the error can travel on unchanged.
 */
export function decodeFailure(failure: string, kindOfClass: KindOfClass): ServiceError {
  const data = parseFailure(failure);
  const name = text(data['class']) || 'RemoteError';
  const kwargs = isWireObject(data['kwargs']) ? data['kwargs'] : {};
  const code = kwargs['code'];
  const kind = kindOfClass(name) ?? OWN_CLASSES.get(name) ?? 'Internal';
  const traceback = Array.isArray(data['tb']) ? data['tb'].map(text).join('') : '';
  return new ServiceError(kind, text(data['message']) || `the peer failed with ${name}`, {
    nova: { name, module: text(data['module']), kwargs, ...(typeof code === 'number' && { code }) },
    ...(traceback !== '' && { facts: { remoteTraceback: traceback } }),
  });
}
