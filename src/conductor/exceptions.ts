import type { ErrorKind } from '../errors/kinds.js';

/**
 * Kinds of the exception classes that nova's services raise to a compute (nova/exception.py, release 26, and
 * oslo.versionedobjects). A class that is not named here is `Internal`.
 */
const KINDS: Readonly<Record<string, ErrorKind>> = {
  InstanceNotFound: 'NotFound',
  InstanceInfoCacheNotFound: 'NotFound',
  InstanceActionNotFound: 'NotFound',
  InstanceActionEventNotFound: 'NotFound',
  InstanceGroupNotFound: 'NotFound',
  ComputeHostNotFound: 'NotFound',
  HostNotFound: 'NotFound',
  ServiceNotFound: 'NotFound',
  MigrationNotFound: 'NotFound',
  MigrationNotFoundByStatus: 'NotFound',
  VolumeBDMNotFound: 'NotFound',
  VirtualInterfaceNotFound: 'NotFound',
  ImageNotFound: 'NotFound',
  UnexpectedTaskStateError: 'Conflict',
  UnexpectedDeletingTaskStateError: 'Conflict',
  UnexpectedVMStateError: 'Conflict',
  TaskAlreadyRunning: 'Conflict',
  TaskNotRunning: 'Conflict',
  ServiceTopicExists: 'Conflict',
  ServiceBinaryExists: 'Conflict',
  ServiceTooOld: 'Unsupported',
  IncompatibleObjectVersion: 'Unsupported',
  UnsupportedObjectError: 'Unsupported',
  ObjectActionError: 'Invalid',
  OrphanedObjectError: 'Invalid',
  ReadOnlyFieldError: 'Invalid',
  DBNotAllowed: 'Unavailable',
  DBConnectionError: 'Unavailable',
};

/** For the rpc client: which kind an exception of nova's is; undefined for an unknown class. */
export function kindOfNovaClass(className: string): ErrorKind | undefined {
  return Object.hasOwn(KINDS, className) ? KINDS[className] : undefined;
}
