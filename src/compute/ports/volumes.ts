import type { RequestContext } from '../../observe/context.js';

/** What Cinder holds for servers. Implemented by openstack/cinder. */
export interface Volumes {
  /**
   * Gives back the volume that nova-api has reserved for a server under this attachment; gone already is fine.
   * Throws Forbidden, Conflict, Unavailable (also in a cloud without Cinder).
   */
  release(attachmentId: string, context: RequestContext): Promise<void>;
}
