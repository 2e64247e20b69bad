import assert from 'node:assert/strict';
import { until } from '../../../tools/plane/machine/wait.js';
import { CinderStandIn } from '../support/cinder.js';
import { Lab } from '../support/lab.js';

const never = new AbortController().signal;
const REFUSED = /attaches no volumes/;

/** What users are told, and what is left in Cinder of what nova-api reserves there. */
describe('volumes', () => {
  const lab = new Lab();
  let id: string;

  before(async () => {
    id = (await lab.boot({ name: 'volumes' })).id;
  });
  after(() => lab.deleteAll());

  const attach = (by: Lab, volumeId: string): Promise<unknown> => {
    const body = { volumeAttachment: { volumeId } };
    return by.rest.post('compute', `/servers/${id}/os-volume_attachments`, body, by.latest);
  };
  const attached = async (by: Lab): Promise<unknown> =>
    (await by.rest.get<{ volumeAttachments: unknown }>('compute', `/servers/${id}/os-volume_attachments`, by.latest))
      .volumeAttachments;

  it('in a cloud without Cinder: nova-api’s own answer, and nothing comes of it', async () => {
    await assert.rejects(attach(lab, '11111111-1111-4111-8111-111111111111'), /EndpointNotFound/);
    await lab.reaches(id, 'ACTIVE');
    assert.deepEqual(await attached(lab), []);
  });

  describe('that Cinder has', () => {
    /** Signed in when the catalogue has it. */
    const user = new Lab();
    const cinder = new CinderStandIn(lab);

    before(() => cinder.start());
    after(() => cinder.stop());

    it('are refused to a server with the reason, and are free', async () => {
      await assert.rejects(attach(user, cinder.volumeId), /answered 400.*attaches no volumes/s);
      await lab.reaches(id, 'ACTIVE');
      assert.deepEqual([await attached(user), cinder.attachments.size], [[], 0]);
    });

    it('are no part of a new server: it is not made, with the reason as its fault, and they are free again', async () => {
      const image = await user.imageId('busybox');
      const devices = [
        { boot_index: 0, uuid: image, source_type: 'image', destination_type: 'local' },
        { boot_index: 1, uuid: cinder.volumeId, source_type: 'volume', destination_type: 'volume' },
      ];
      const more = { block_device_mapping_v2: devices };
      const made = await user.create({ name: 'with-volume', image, more });
      const { fault } = await lab.reaches(made, 'ERROR');
      assert.match(fault?.message ?? '', REFUSED);
      assert.deepEqual([await lab.containersOf(made), cinder.attachments.size], [[], 0]);
      await user.delete(made);
      assert.equal(cinder.attachments.size, 0);
      // As Nova's own client says it.
      assert.deepEqual(cinder.deletedUnder, ['volume 3.44']);
    });

    it('given to a server that is shelved keep it there until they are taken away again', async () => {
      await user.act(id, { shelve: null });
      await lab.reaches(id, 'SHELVED_OFFLOADED');
      await attach(user, cinder.volumeId);
      assert.deepEqual([...cinder.attachments.values()], [id]);
      await user.act(id, { unshelve: null });
      const failed = async (): Promise<boolean> =>
        (await lab.eventsOf(id, 'unshelve')).some(
          ({ result, details }) => result === 'Error' && REFUSED.test(details ?? ''),
        );
      await until(failed, { what: 'the unshelving to be refused', signal: never, everyMs: 150, timeoutMs: 60_000 });
      await lab.reaches(id, 'SHELVED_OFFLOADED');
      assert.equal(cinder.attachments.size, 1);
      const path = `/servers/${id}/os-volume_attachments/${cinder.volumeId}`;
      await user.rest.ask({ api: 'compute', method: 'DELETE', path, ...user.latest });
      await until(() => cinder.attachments.size === 0, { what: 'the volume to be free', signal: never });
      await user.act(id, { unshelve: null });
      await lab.reaches(id, 'ACTIVE');
    });
  });
});
