import type { Volumes } from '../compute/ports/volumes.js';
import type { Session } from './session.js';

/** The oldest version of Cinder's API that can do it (nova/volume/cinder.py attachment_delete, release 26). */
const WITH_ATTACHMENTS = { 'OpenStack-API-Version': 'volume 3.44' };

/** Attachments of Cinder v3, asked for with the user's token of the context, as Nova does. */
export function createCinder(session: Session): Volumes {
  return {
    release: async (attachmentId, context) => {
      const path = `/attachments/${encodeURIComponent(attachmentId)}`;
      const call = { name: 'attachment.remove', method: 'DELETE', path, headers: WITH_ATTACHMENTS } as const;
      await session.request({ ...call, as: context, accept: [404] });
    },
  };
}
